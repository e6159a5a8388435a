import { expect, test } from "vitest";
import { marketAddress, twoPlaces, typedWords } from "./questions";
import { strengthOf } from "./strength";

test("a passphrase is judged by how long it holds, not by how many signs it has", () => {
  expect(strengthOf("short")).toBe(0);
  expect(strengthOf("password1")).toBeLessThanOrEqual(1);
  expect(strengthOf("aaaaaaaaaaaaaaaaaaaaaa")).toBeLessThanOrEqual(1);
  expect(strengthOf("Tr0ub4dor&3")).toBeGreaterThanOrEqual(1);
  expect(strengthOf("correct horse battery")).toBeLessThan(strengthOf("correct horse battery staple orbit"));
  expect(strengthOf("correct horse battery staple orbit")).toBe(4);
  expect(strengthOf("the the the the the the")).toBeLessThanOrEqual(1);
});

test("the words of a written list are read whatever stands between them", () => {
  expect(typedWords("1. Abandon  2. ability,\n3) able")).toEqual(["abandon", "ability", "able"]);
  expect(typedWords("")).toEqual([]);
});

test("two different words are asked back, in their order", () => {
  for (const chances of [[0, 0], [0.99, 0.99], [0.5, 0.2], [0.99, 0]]) {
    const left = [...chances];
    const [first, second] = twoPlaces(24, () => left.shift() ?? 0);
    expect(first).toBeLessThan(second);
    expect(second).toBeLessThan(24);
    expect(first).toBeGreaterThanOrEqual(0);
  }
});

test("an address of a market has a scheme and nothing behind its host", () => {
  expect(marketAddress(" http://127.0.0.1:4300/x?y ")).toBe("http://127.0.0.1:4300");
  expect(marketAddress("https://market.example")).toBe("https://market.example");
  for (const wrong of ["market.example", "ftp://market.example", "javascript:alert(1)", ""]) expect(marketAddress(wrong)).toBeNull();
});
