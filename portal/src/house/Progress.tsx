// How far something is: a true share where it is known, movement where it is not.
import { plain } from "../words";
import { cx } from "./classes";

export function Progress({ done, total, label, className }: { done?: number | null | undefined; total?: number | null | undefined; label: string; className?: string }) {
  const share = done != null && total ? Math.min(1, done / total) : null;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(share === null ? {} : { "aria-valuenow": Math.round(share * 100), "aria-valuetext": plain.percent(share) })}
      className={cx("h-1.5 overflow-hidden rounded-full bg-line", className)}
    >
      <div className={cx("h-full rounded-full bg-accent transition-[width]", share === null && "w-full animate-breathe opacity-60")} style={share === null ? undefined : { width: `${share * 100}%` }} />
    </div>
  );
}

/** How strong, from 0 to 4, with the word that says it. */
export function Meter({ level, label, text }: { level: 0 | 1 | 2 | 3 | 4; label: string; text: string }) {
  const colour = level <= 1 ? "bg-bad" : level === 2 ? "bg-warn" : "bg-good";
  return (
    <div className="flex items-center gap-3 text-sm" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={4} aria-valuenow={level} aria-valuetext={text}>
      <span className="flex w-28 gap-1" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={cx("h-1.5 flex-1 rounded-full", step <= Math.max(level, 1) ? colour : "bg-line")} />
        ))}
      </span>
      <span className="text-ink-2">{text}</span>
    </div>
  );
}
