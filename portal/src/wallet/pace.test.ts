import { expect, test } from "vitest";
import { crossingOf } from "./pace";

test("money crosses all at once, or over as many whole hours as were asked", () => {
  expect(crossingOf("now", "nonsense")).toEqual({ now: true });
  expect(crossingOf("spread", "24")).toEqual({ over_hours: 24 });
  for (const hours of ["", "0", "1.5", "-2", "721", "soon"]) expect(crossingOf("spread", hours), hours).toBeNull();
});
