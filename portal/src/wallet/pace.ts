// At what pace money crosses, as somebody chose it.
import type { Shape } from "../api";
import { plain } from "../words";

export type Pace = "spread" | "now";
export const USUAL_HOURS = 24;
/** Thirty days: whoever waits longer is better served by letting it lie. */
export const MOST_HOURS = 720;

/** As the desk takes it; nothing when the hours are no whole number that one would wait. */
export function crossingOf(pace: Pace, hours: string): Shape<"CrossForm"> | null {
  if (pace === "now") return { now: true };
  const read = Number(plain.typedAmount(hours) ?? Number.NaN);
  return Number.isInteger(read) && read >= 1 && read <= MOST_HOURS ? { over_hours: read } : null;
}
