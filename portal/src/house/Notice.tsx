// Something to know, something that went wrong, nothing yet: each with what to do next.
import type { ReactNode } from "react";
import { asProblem } from "../api/problem";
import { words } from "../words";
import { Button } from "./Button";
import { cx } from "./classes";
import { Icon, type IconName } from "./Icon";
import { Said } from "./Said";

export type NoticeTone = "plain" | "good" | "warn" | "bad";

const TONES: Record<NoticeTone, { box: string; sign: IconName; colour: string }> = {
  plain: { box: "border-line bg-surface", sign: "info", colour: "text-accent" },
  good: { box: "border-transparent bg-good-soft", sign: "check", colour: "text-good" },
  warn: { box: "border-transparent bg-warn-soft", sign: "warn", colour: "text-warn" },
  bad: { box: "border-transparent bg-bad-soft", sign: "warn", colour: "text-bad" },
};

export function Notice({ tone = "plain", title, children, actions, live, className }: {
  tone?: NoticeTone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read out when it appears. */
  live?: boolean;
  className?: string;
}) {
  const { box, sign, colour } = TONES[tone];
  return (
    <div role={live ? (tone === "bad" ? "alert" : "status") : undefined} className={cx("flex gap-3 rounded-xl border p-4", box, className)}>
      <Icon name={sign} className={cx("mt-0.5 size-5", colour)} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {title != null && <p className="font-semibold">{title}</p>}
        {children != null && <div className={cx("text-ink-2", title != null && "mt-1 text-sm")}>{children}</div>}
        {actions != null && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}

/** A refusal: what happened, what happened to the money, what to do. `quiet` leaves the money out where none is near. */
export function ProblemNotice({ problem: thrown, again, className }: { problem: unknown; again?: (() => void) | undefined; className?: string }) {
  const problem = asProblem(thrown);
  return (
    <Notice
      tone="bad"
      live
      title={<Said text={problem.title} />}
      className={className ?? ""}
      actions={
        again && (
          <Button small onClick={again}>
            {words.common.tryAgain}
          </Button>
        )
      }
    >
      {(problem.money || problem.next) && (
        <dl className="grid gap-1.5">
          {problem.money && (
            <div>
              <dt className="inline font-medium text-ink">{words.problem.moneyLabel}: </dt>
              <dd className="inline"><Said text={problem.money} /></dd>
            </div>
          )}
          {problem.next && (
            <div>
              <dt className="inline font-medium text-ink">{words.problem.nextLabel}: </dt>
              <dd className="inline"><Said text={problem.next} /></dd>
            </div>
          )}
        </dl>
      )}
    </Notice>
  );
}

/** Nothing yet: says what would be here and how to begin. */
export function EmptyState({ icon = "info", title, children, actions }: { icon?: IconName; title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="rounded-xl border border-dashed border-line-strong/60 px-6 py-12 text-center">
      <span className="mx-auto grid size-12 place-items-center rounded-full bg-accent-soft text-accent-strong">
        <Icon name={icon} className="size-6" />
      </span>
      <h2 className="mt-4 text-lg">{title}</h2>
      {children != null && <div className="mx-auto mt-2 max-w-prose text-balance text-ink-2">{children}</div>}
      {actions != null && <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
