// One question of a form: its label, its hint, what is wrong with the answer, and the control itself.
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId, useState } from "react";
import { words } from "../words";
import { cx } from "./classes";
import { Icon } from "./Icon";

interface Question {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong, said under the control and read out. */
  wrong?: string | null | undefined;
  optional?: boolean;
  /** Keeps the label for screen readers only. */
  bare?: boolean;
  className?: string | undefined;
}

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

/** Wires label, hint and error to whatever control `children` makes. */
export function Field({ label, hint, wrong, optional, bare, className, children }: Question & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = cx(hint != null && `${id}-hint`, wrong && `${id}-wrong`) || undefined;
  return (
    <div className={cx("grid gap-1.5", className)}>
      <label htmlFor={id} className={bare ? "sr-only" : "font-medium"}>
        {label}
        {optional && <span className="ml-2 text-sm font-normal text-ink-3">{words.common.optional}</span>}
      </label>
      {hint != null && (
        <p id={`${id}-hint`} className="text-sm text-ink-2">
          {hint}
        </p>
      )}
      {children({ id, "aria-describedby": described, "aria-invalid": wrong ? true : undefined })}
      {wrong && (
        <p id={`${id}-wrong`} className="flex items-start gap-1.5 text-sm text-bad" role="alert">
          <Icon name="warn" className="mt-0.5 size-4" />
          {wrong}
        </p>
      )}
    </div>
  );
}

type TextProps = Question & Omit<InputHTMLAttributes<HTMLInputElement>, "className">;

export function TextField({ label, hint, wrong, optional, bare, className, ...rest }: TextProps) {
  return (
    <Field {...{ label, hint, wrong, optional, bare, className } as Question}>
      {(wiring) => <input type="text" autoComplete="off" className="control" {...rest} {...wiring} />}
    </Field>
  );
}

type AreaProps = Question & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className">;

/** Grows with its text where the browser can. */
export function AreaField({ label, hint, wrong, optional, bare, className, rows = 4, ...rest }: AreaProps) {
  return (
    <Field {...{ label, hint, wrong, optional, bare, className } as Question}>
      {(wiring) => <textarea rows={rows} className="control field-sizing-content min-h-24" {...rest} {...wiring} />}
    </Field>
  );
}

type SelectProps = Question & Omit<SelectHTMLAttributes<HTMLSelectElement>, "className"> & { choices: { value: string; text: string }[]; small?: boolean };

export function SelectField({ label, hint, wrong, optional, bare, className, choices, small, ...rest }: SelectProps) {
  return (
    <Field {...{ label, hint, wrong, optional, bare, className } as Question}>
      {(wiring) => (
        <div className="relative">
          <select className={cx("control appearance-none truncate pr-9!", small && "min-h-9! py-1! text-sm")} {...rest} {...wiring}>
            {choices.map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
          <Icon name="right" className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 rotate-90 text-ink-2" />
        </div>
      )}
    </Field>
  );
}

/** A passphrase: hidden, and shown only while asked for. */
export function SecretField({ label, hint, wrong, optional, bare, className, ...rest }: TextProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field {...{ label, hint, wrong, optional, bare, className } as Question}>
      {(wiring) => (
        <div className="relative">
          <input type={shown ? "text" : "password"} spellCheck={false} autoCapitalize="none" className="control pr-20!" {...rest} {...wiring} />
          <button
            type="button"
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className="absolute inset-y-1 right-1 rounded-md px-3 text-sm font-medium text-ink-2 hover:bg-hover"
          >
            {shown ? words.common.hidePassphrase : words.common.showPassphrase}
            <span className="sr-only"> {label}</span>
          </button>
        </div>
      )}
    </Field>
  );
}

type CheckProps = Omit<InputHTMLAttributes<HTMLInputElement>, "className"> & { label: ReactNode; hint?: ReactNode; className?: string };

export function CheckField({ label, hint, className, ...rest }: CheckProps) {
  const id = useId();
  return (
    <div className={cx("flex items-start gap-3", className)}>
      <input id={id} type="checkbox" className="mt-1 size-4.5 shrink-0 accent-accent" aria-describedby={hint != null ? `${id}-hint` : undefined} {...rest} />
      <div>
        <label htmlFor={id} className="block">
          {label}
        </label>
        {hint != null && (
          <p id={`${id}-hint`} className="text-sm text-ink-2">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

interface Choice<Value extends string> {
  value: Value;
  title: ReactNode;
  body?: ReactNode;
}

/** One of a few, each with its consequence written beside it. Real radio buttons: the arrow keys move. */
export function ChoiceField<Value extends string>({ label, hint, name, choices, value, onPick, bare, columns = 1 }: {
  label: ReactNode;
  hint?: ReactNode;
  name: string;
  choices: Choice<Value>[];
  value: Value | null;
  onPick: (value: Value) => void;
  bare?: boolean;
  columns?: 1 | 2 | 3;
}) {
  return (
    <fieldset className="min-w-0">
      <legend className={bare ? "sr-only" : "mb-1.5 font-medium"}>{label}</legend>
      {hint != null && <p className="mb-2 text-sm text-ink-2">{hint}</p>}
      <div className={cx("grid gap-2", columns === 2 && "sm:grid-cols-2", columns === 3 && "sm:grid-cols-3")}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={cx(
              "flex items-start gap-3 rounded-lg border p-3 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
              value === choice.value ? "border-accent bg-accent-soft" : "border-line bg-surface hover:border-line-strong",
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={value === choice.value}
              onChange={() => onPick(choice.value)}
              className="mt-1 size-4 shrink-0 accent-accent outline-none"
            />
            <span className="min-w-0">
              <span className="block font-medium">{choice.title}</span>
              {choice.body != null && <span className="block text-sm text-ink-2">{choice.body}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
