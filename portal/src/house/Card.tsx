// A surface that groups what belongs together.
import type { ReactNode } from "react";
import { cx } from "./classes";

export function Card({ children, className, flush }: { children: ReactNode; className?: string; flush?: boolean }) {
  return <div className={cx("min-w-0 rounded-xl border border-line bg-surface shadow-raised", !flush && "p-4 sm:p-5", className)}>{children}</div>;
}

/** Facts as a list of name and value: two columns where there is room; `short` values always stand beside their names. */
export function Facts({ items, className, short, level }: {
  items: (readonly [ReactNode, ReactNode] | null | false)[];
  className?: string;
  short?: boolean;
  /** Names stand at the middle of what is taller than a line. */
  level?: boolean;
}) {
  return (
    <dl className={cx("grid gap-y-3", short ? "grid-cols-[minmax(5rem,auto)_1fr] gap-x-4 gap-y-2.5" : "gap-x-6 sm:grid-cols-[minmax(8rem,auto)_1fr]", className)}>
      {items.map(
        (item, index) =>
          item && (
            <div key={index} className="contents">
              <dt className={cx("text-sm text-ink-2", !short && "max-sm:-mb-2.5 sm:pt-px", level && "sm:self-center")}>{item[0]}</dt>
              <dd className="min-w-0 wrap-anywhere">{item[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** One figure and what it counts. */
export function Stat({ label, value, note, small }: { label: ReactNode; value: ReactNode; note?: ReactNode; small?: boolean }) {
  return (
    <div className="min-w-0">
      <p className="text-sm text-ink-2">{label}</p>
      <p className={cx("mt-0.5 font-semibold tracking-tight tabular-nums wrap-anywhere", small ? "text-base sm:text-lg" : "text-xl sm:text-2xl")}>{value}</p>
      {note != null && <p className="mt-0.5 text-sm text-ink-2 wrap-anywhere">{note}</p>}
    </div>
  );
}

export type BadgeTone = "plain" | "accent" | "good" | "warn" | "bad";

const BADGES: Record<BadgeTone, string> = {
  plain: "bg-sunken text-ink-2 border-line",
  accent: "bg-accent-soft text-accent-strong border-transparent",
  good: "bg-good-soft text-good border-transparent",
  warn: "bg-warn-soft text-warn border-transparent",
  bad: "bg-bad-soft text-bad border-transparent",
};

/** A state in one or two words. The colour only repeats what the words say. */
export function Badge({ tone = "plain", children }: { tone?: BadgeTone; children: ReactNode }) {
  return <span className={cx("inline-flex items-center gap-1 rounded-full border px-2 py-px text-xs font-medium whitespace-nowrap", BADGES[tone])}>{children}</span>;
}
