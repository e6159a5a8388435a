// Amounts, moments, sizes and ids: always shown the same way.
import { useEffect, useSyncExternalStore } from "react";
import { plain, words } from "../words";
import { cx } from "./classes";

/** An amount with its currency; the digits stand under each other in a column. */
export function Money({ amount, currency = "tUSD", signed, className }: { amount: string; currency?: string; signed?: boolean; className?: string }) {
  const plus = signed && !amount.startsWith("-") && plain.compareAmounts(amount, "0") > 0 ? "+" : "";
  return (
    <span className={cx("tabular-nums", className)}>
      <span className="wrap-anywhere">
        {plus}
        {plain.amount(amount)}
      </span>{" "}
      <span className="text-[0.85em] whitespace-nowrap text-ink-2">{currency}</span>
    </span>
  );
}

let now = Date.now();
const listeners = new Set<() => void>();
const clock = {
  subscribe(tell: () => void) {
    listeners.add(tell);
    return () => listeners.delete(tell);
  },
  read: () => now,
};

function tick() {
  now = Date.now();
  for (const tell of listeners) tell();
}

/** The time of all relative times on the page; it moves every half minute, or every second while `fast` is asked for. */
export function useNow(fast = false): number {
  useEffect(() => {
    tick();
    const beat = setInterval(tick, fast ? 1000 : 30_000);
    return () => clearInterval(beat);
  }, [fast]);
  return useSyncExternalStore(clock.subscribe, clock.read);
}

/** A moment, as long ago or ahead; the exact time on hover and for machines. */
export function When({ at, exact }: { at: string; exact?: boolean }) {
  const now = useNow();
  const full = plain.dateTime(at);
  // The page's clock beats slowly: what came since its last beat is not ahead of us.
  const passed = now - new Date(at).getTime();
  return (
    <time dateTime={at} title={full} className={exact ? undefined : "whitespace-nowrap"}>
      {exact ? full : passed > -30_000 && passed < 60_000 ? words.common.justNow : plain.ago(at, now)}
    </time>
  );
}

/** An id in short, whole on hover. */
export function Id({ id, className }: { id: string; className?: string }) {
  return (
    <code title={id} className={cx("font-mono text-[0.9em] whitespace-nowrap", className)}>
      {plain.shortId(id)}
    </code>
  );
}
