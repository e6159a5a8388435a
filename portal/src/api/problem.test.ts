import { expect, test } from "vitest";
import { asProblem, faultOf } from "./problem";
import { safeName } from "./upload";

test("a refusal of the desk is shown as it was said", () => {
  const refused = { type: "urn:tacit:problem:x", status: 409, code: "x", title: "No.", money: "Nothing was paid.", next: "Try.", fields: [{ field: "amount", sentence: "Too much." }] };
  expect(asProblem(refused)).toBe(refused);
  expect(faultOf(refused, "amount")).toBe("Too much.");
  expect(faultOf(refused, "address")).toBeNull();
  expect(faultOf(null, "address")).toBeNull();
});

test("a desk that is not there says so, and what that means for the money", () => {
  for (const thrown of [new TypeError("Failed to fetch"), new TypeError("NetworkError when attempting to fetch resource."), undefined, new SyntaxError("x")]) {
    expect(asProblem(thrown).code).toBe("no-answer");
    expect(asProblem(thrown).money).toBeTruthy();
  }
  expect(asProblem(new Error("boom"))).toMatchObject({ code: "unknown" });
  expect(asProblem({ message: "half a problem" }).code).toBe("unknown");
});

test("a file goes under a name that no path can hide in", () => {
  expect(safeName("../../etc/passwd")).toBe("etc-passwd");
  expect(safeName("Flüge 2013 (final).csv")).toMatch(/^[A-Za-z0-9._-]+\.csv$/);
  expect(safeName("...")).toBe("file");
  expect(safeName(".hidden")).toBe("hidden");
});
