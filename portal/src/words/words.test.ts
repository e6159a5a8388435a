import { expect, test } from "vitest";
import { wordsFor } from ".";
import { en } from "./en";

test("a language we do not speak gets English", () => {
  expect(wordsFor(["xx-YY"])).toBe(en);
  expect(wordsFor(["fr", "en-GB"])).toBe(en);
});

test("no sentence is empty, and none speaks of cryptography where a person would stumble", () => {
  const sentences: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") sentences.push(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === "object") Object.values(value).forEach(walk);
  };
  walk(en);
  expect(sentences.length).toBeGreaterThan(100);
  for (const sentence of sentences) {
    expect(sentence.trim()).not.toBe("");
    expect(sentence).not.toMatch(/zero[- ]knowledge|trustless|encrypted compute|nullifier|merkle/i);
  }
});
