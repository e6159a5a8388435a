// An order's state as a small sign.
import type { Shape } from "../api";
import { Badge, type BadgeTone } from "../house";
import { words } from "../words";

const say = words.buy;

const TONES: Record<Shape<"OrderState">, BadgeTone> = {
  requested: "accent",
  agreed: "accent",
  paying: "accent",
  payment_in_doubt: "warn",
  paid: "accent",
  undelivered: "warn",
  stated: "accent",
  downloaded: "accent",
  checked: "accent",
  closed: "good",
  refused: "plain",
  expired: "plain",
  faulty: "bad",
};

/** An order's state in one or two words. */
export function StateBadge({ state }: { state: Shape<"OrderState"> }) {
  return <Badge tone={TONES[state]}>{say.orderStates[state]}</Badge>;
}
