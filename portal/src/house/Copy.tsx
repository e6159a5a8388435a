// Puts a text on the clipboard and says so.
import { useEffect, useState } from "react";
import { words } from "../words";
import { Button } from "./Button";
import { cx } from "./classes";

export function CopyButton({ text, label = words.common.copy, small = true }: { text: string; label?: string; small?: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const later = setTimeout(() => setCopied(false), 2500);
    return () => clearTimeout(later);
  }, [copied]);
  return (
    <Button
      small={small}
      icon={copied ? "check" : "copy"}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <span aria-live="polite">{copied ? words.common.copied : label}</span>
    </Button>
  );
}

/** A text to be copied: an address, a digest, a command. */
export function CopyLine({ text, label, className }: { text: string; label?: string; className?: string }) {
  return (
    <div className={cx("flex items-center gap-3 rounded-lg border border-line bg-sunken py-1.5 pr-1.5 pl-3", className)}>
      <code className="min-w-0 flex-1 font-mono text-sm wrap-anywhere">{text}</code>
      {label === undefined ? <CopyButton text={text} /> : <CopyButton text={text} label={label} />}
    </div>
  );
}
