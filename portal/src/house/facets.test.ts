import { expect, test } from "vitest";
import { type FacetGroup, toggled } from "./Facets";

const many: FacetGroup = { key: "tag", title: "Tags", choices: [] };
const one: FacetGroup = { key: "category", title: "Category", single: true, choices: [] };

test("choices of a group add up, and a second press takes one away", () => {
  expect(toggled({ tag: ["a"] }, many, "b")).toEqual({ tag: ["a", "b"] });
  expect(toggled({ tag: ["a", "b"] }, many, "a")).toEqual({ tag: ["b"] });
});

test("in a group of one the new choice takes the old one's place", () => {
  expect(toggled({ category: ["x"], tag: ["a"] }, one, "y")).toEqual({ category: ["y"], tag: ["a"] });
});
