// Choosing a file: by dropping it, by the button, by keyboard. Nothing leaves the machine by choosing.
import { type ReactNode, useId, useRef, useState } from "react";
import { plain, words } from "../words";
import { cx } from "./classes";
import { Icon } from "./Icon";

export function FileDrop({ label, hint, accept, limit, onFile, chosen, disabled }: {
  label: ReactNode;
  hint?: ReactNode;
  accept?: string;
  /** Largest size in bytes. */
  limit?: number;
  onFile: (file: File) => void;
  chosen?: { name: string; size: number } | null;
  disabled?: boolean;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const take = (file: File | undefined) => {
    if (!file) return;
    if (limit !== undefined && file.size > limit) {
      setWrong(words.file.tooLarge(plain.bytes(limit)));
      return;
    }
    setWrong(null);
    onFile(file);
  };
  return (
    <div>
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (!disabled) take(event.dataTransfer.files[0]);
        }}
        className={cx(
          "grid justify-items-center gap-1 rounded-xl border-2 border-dashed px-6 py-10 text-center transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
          over ? "border-accent bg-accent-soft" : "border-line-strong/60 bg-surface hover:border-accent",
          disabled && "opacity-60",
        )}
      >
        <Icon name="file" className="size-8 text-ink-3" />
        <span className="mt-1 font-medium">{label}</span>
        {chosen ? (
          <span className="text-sm text-ink-2 wrap-anywhere">
            {words.file.chosen(chosen.name)}, {plain.bytes(chosen.size)}
          </span>
        ) : (
          <span className="text-sm text-ink-2">
            {words.file.drop} {words.file.or} <span className="link">{words.file.choose}</span>
          </span>
        )}
        {hint != null && <span className="max-w-prose text-sm text-ink-2">{hint}</span>}
        <input
          ref={input}
          id={id}
          type="file"
          accept={accept}
          disabled={disabled}
          className="sr-only"
          onChange={(event) => {
            take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </label>
      {wrong && (
        <p role="alert" className="mt-2 text-sm text-bad">
          {wrong}
        </p>
      )}
    </div>
  );
}
