// What one presses: a button, or a link that looks like one. The strongest kind appears once per page.
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import { cx } from "./classes";
import { Icon, type IconName, Spinner } from "./Icon";

export type Kind = "primary" | "plain" | "quiet" | "danger";

interface Looks {
  kind?: Kind;
  small?: boolean;
  icon?: IconName | undefined;
  wide?: boolean;
}

const KINDS: Record<Kind, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:bg-accent-strong",
  plain: "bg-surface text-ink border-line-strong hover:bg-hover",
  quiet: "bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-surface text-bad border-bad hover:bg-bad-soft",
};

function look({ kind = "plain", small, wide }: Looks, extra?: string): string {
  return cx(
    "inline-flex items-center justify-center gap-2 rounded-lg border font-medium no-underline transition-colors select-none text-center",
    "disabled:opacity-55 aria-disabled:opacity-55",
    small ? "min-h-9 px-3 py-1 text-sm" : "min-h-11 px-4 py-2",
    wide && "w-full",
    KINDS[kind],
    extra,
  );
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & Looks & { busy?: boolean; children: ReactNode };

/** `busy` keeps the width and the focus, says so to screen readers, and ignores further presses. */
export function Button({ kind, small, icon, wide, busy = false, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={look({ kind, small, wide } as Looks, className)}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} className="size-4" />}
      {children}
    </button>
  );
}

export function LinkButton({ kind, small, icon, wide, className, children, ...rest }: LinkProps & Looks & { className?: string }) {
  return (
    <Link className={look({ kind, small, wide } as Looks, className)} {...rest}>
      {icon && <Icon name={icon} className="size-4" />}
      {children}
    </Link>
  );
}

/** A file that the desk hands out. The browser saves it; the session's cookie is all it needs. */
export function DownloadButton({ href, kind, small, wide, className, children, name }: Looks & { href: string; name?: string; className?: string; children: ReactNode }) {
  return (
    <a href={href} download={name ?? ""} className={look({ kind, small, wide } as Looks, className)}>
      <Icon name="down" className="size-4" />
      {children}
    </a>
  );
}

/** A button that is only a sign; its name is spoken and shown on hover. */
export function IconButton({ name, icon, className, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { name: string; icon: IconName }) {
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      className={cx("inline-grid size-11 place-items-center rounded-lg text-ink-2 transition-colors hover:bg-hover hover:text-ink disabled:opacity-50", className)}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
