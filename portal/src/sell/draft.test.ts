import { expect, test, vi } from "vitest";
import { asForm, describedFaults, EMPTY, fateOf, keepDraft, keepStep, keptStep, priceFault, tagsOf, termsFaults } from "./draft";
import type { Shape } from "../api";

const CHOICES = { title_most: 120, abstract_most: 4000, tags_most: 3 } as Shape<"ChoicesView">;
const OFFERED = { updates: [{ code: "none", sentence: "Later versions are not included." }], presets: [{ code: "closed", sentence: "No figures." }, { code: "aggregates", sentence: "Counts." }] };

test("a price has at most two digits that count", () => {
  expect(priceFault("20")).toBeNull();
  expect(priceFault("0.25")).toBeNull();
  expect(priceFault("1500")).toBeNull();
  expect(priceFault("12,5")).not.toBeNull();
  expect(priceFault("1234")).not.toBeNull();
  expect(priceFault("0")).not.toBeNull();
  expect(priceFault("")).not.toBeNull();
});

test("tags are cut at commas and spaces, each once and small", () => {
  expect(tagsOf("Planes, faa  planes,")).toEqual(["planes", "faa"]);
});

test("a step says what is missing before it lets one go on", () => {
  expect(Object.keys(describedFaults(EMPTY, CHOICES))).toEqual(["title", "category"]);
  expect(Object.keys(describedFaults({ ...EMPTY, title: "x", category: "c", tags: "a b c d" }, CHOICES))).toEqual(["tags"]);
  expect(Object.keys(termsFaults(EMPTY))).toEqual(["licence", "price"]);
});

test("closing everything closes every column, whatever was ticked before", () => {
  const form = asForm({ ...EMPTY, source: { path: "/data/a.csv" }, redact: ["email"], redactAll: true, price: "20" }, OFFERED);
  expect(form.redact).toEqual([]);
  expect(form.redact_all).toBe(true);
  expect(form.path).toBe("/data/a.csv");
  expect(form.draft.price).toBe("20.00");
});

test("what is not offered any more is not asked for, and promises go along", () => {
  const form = asForm({ ...EMPTY, updates: "ever", filled: ["year"] }, OFFERED);
  expect(form.draft).toMatchObject({ updates: "none", preset: "aggregates" });
  expect(form.filled).toEqual(["year"]);
});

test("the open step is kept with the draft, and goes with it", () => {
  const held = new Map<string, string>();
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => held.set(key, value), removeItem: (key: string) => held.delete(key) });
  expect(keptStep()).toBe(0);
  keepStep(3);
  expect(keptStep()).toBe(3);
  keepDraft(null);
  expect(keptStep()).toBe(0);
  held.set("tacit.listing.step", "17");
  expect(keptStep()).toBe(0);
  vi.unstubAllGlobals();
});

test("what was typed is forgotten when the listing is there, and not when the desk stopped before", () => {
  const begun = { job: "job_1", draft: { ...EMPTY, title: "Planes " } };
  const job = (state: string) => ({ state }) as Shape<"JobView">;
  const listed = [{ draft: { title: "Planes" } }] as Shape<"GoodsCard">[];
  expect(fateOf(begun, job("running"), [])).toBe("moving");
  expect(fateOf(begun, undefined, [])).toBe("stopped");
  expect(fateOf(begun, job("failed"), [])).toBe("stopped");
  expect(fateOf(begun, undefined, listed)).toBe("listed");
  expect(fateOf(begun, job("done"), [])).toBe("listed");
});
