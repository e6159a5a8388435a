// Where one is in a guided way of several steps. Steps that are done can be gone back to.
import { words } from "../words";
import { cx } from "./classes";
import { Icon } from "./Icon";

export function Steps({ titles, current, onGo }: { titles: string[]; current: number; onGo?: (step: number) => void }) {
  return (
    <nav aria-label={words.steps.label} className="mb-8">
      <p className="mb-2 text-sm text-ink-2 sm:hidden">
        {words.steps.step(current + 1, titles.length)}: <span className="font-medium text-ink">{titles[current]}</span>
      </p>
      <ol className="flex gap-1.5 sm:gap-3">
        {titles.map((title, step) => {
          const state = step < current ? "done" : step === current ? "now" : "later";
          const inside = (
            <>
              <span className={cx("block h-1 rounded-full transition-colors", state === "later" ? "bg-line" : "bg-accent")} />
              <span className={cx("mt-2 flex items-center gap-1.5 text-sm max-sm:sr-only", state === "now" ? "font-semibold" : "text-ink-2")}>
                {state === "done" && <Icon name="check" className="size-4 text-accent" />}
                {title}
                {state === "done" && <span className="sr-only"> ({words.steps.done})</span>}
              </span>
            </>
          );
          return (
            <li key={title} className="min-w-0 flex-1" aria-current={state === "now" ? "step" : undefined}>
              {state === "done" && onGo ? (
                <button type="button" onClick={() => onGo(step)} className="block w-full rounded-md text-left hover:text-ink">
                  {inside}
                </button>
              ) : (
                inside
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
