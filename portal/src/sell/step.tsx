// What every step of selling has: the draft, the way back and on.
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import type { Shape } from "../api";
import { Button } from "../house";
import { words } from "../words";
import type { Draft } from "./draft";

export interface StepProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  choices: Shape<"ChoicesView">;
  onBack: () => void;
  onNext: () => void;
}

/** One step as a form: its heading takes the focus, Enter goes on. */
export function Step({ title, lead, onBack, onNext, next, busy, children }: {
  title: string;
  lead?: ReactNode;
  onBack?: (() => void) | undefined;
  onNext: () => void;
  next?: string | undefined;
  busy?: boolean;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) onNext();
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-6">
      <div>
        <h2 ref={heading} tabIndex={-1} className="text-xl">
          {title}
        </h2>
        {lead != null && <p className="mt-1 text-ink-2">{lead}</p>}
      </div>
      {children}
      <div className="flex flex-wrap justify-between gap-2 border-t border-line pt-5">
        {onBack ? <Button onClick={onBack}>{words.common.back}</Button> : <span />}
        <Button type="submit" kind="primary" busy={busy ?? false}>
          {next ?? words.common.next}
        </Button>
      </div>
    </form>
  );
}

/** Puts the focus on the first field that is wrong. */
export function toFirstFault(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
