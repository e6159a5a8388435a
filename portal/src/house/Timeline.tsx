// What happened, what happens now, what will: the way of an order from top to bottom.
import type { ReactNode } from "react";
import { words } from "../words";
import { cx } from "./classes";
import { Icon, Spinner } from "./Icon";
import { When } from "./Money";

export interface Moment {
  step: string;
  title: ReactNode;
  body?: ReactNode;
  at?: string | null | undefined;
  done: boolean;
  now: boolean;
  failed?: boolean;
}

export function Timeline({ moments, label }: { moments: Moment[]; label: string }) {
  return (
    <ol aria-label={label} className="relative">
      {moments.map((moment, index) => (
        <li key={moment.step} className="relative flex gap-4 pb-6 last:pb-0" aria-current={moment.now ? "step" : undefined}>
          {index < moments.length - 1 && <span aria-hidden="true" className={cx("absolute top-7 bottom-0 left-3.5 w-px -translate-x-1/2", moment.done ? "bg-accent" : "bg-line")} />}
          <span
            className={cx(
              "z-10 grid size-7 shrink-0 place-items-center rounded-full border",
              moment.failed ? "border-bad bg-bad-soft text-bad" : moment.done ? "border-accent bg-accent text-on-accent" : moment.now ? "border-accent bg-surface text-accent" : "border-line bg-surface text-ink-3",
            )}
          >
            {moment.failed ? <Icon name="close" className="size-4" /> : moment.done ? <Icon name="check" className="size-4" /> : moment.now ? <Spinner className="size-4" /> : <span className="size-1.5 rounded-full bg-line-strong" />}
          </span>
          <div className="min-w-0 flex-1 pt-0.5">
            <div className="sm:flex sm:items-baseline sm:justify-between sm:gap-x-4">
              <p className={cx("min-w-0 wrap-anywhere", moment.now && "font-semibold", !moment.done && !moment.now && "text-ink-2")}>
                {moment.title}
                {moment.done && <span className="sr-only"> ({words.steps.done})</span>}
              </p>
              {moment.at && (
                <span className="block text-sm text-ink-2 sm:shrink-0">
                  <When at={moment.at} />
                </span>
              )}
            </div>
            {moment.body != null && <div className="mt-1 text-sm text-ink-2">{moment.body}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
