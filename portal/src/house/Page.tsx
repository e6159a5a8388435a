// The frame of one page: its title takes the focus when the page is reached, and names the window.
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation, useNavigationType } from "react-router";
import { words } from "../words";
import { cx } from "./classes";
import { Icon } from "./Icon";

export function Page({ title, name, lead, actions, back, narrow, children }: {
  /** What stands at the top. */
  title: ReactNode;
  /** The window's name when the title is more than text. */
  name?: string;
  lead?: ReactNode;
  actions?: ReactNode;
  back?: { to: string; text: string };
  narrow?: boolean;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const how = useNavigationType();
  const called = name ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = called ? `${called} · ${words.brand}` : words.brand;
  }, [called]);
  // Not on the first load (POP): there the browser's own order is right.
  useEffect(() => {
    if (how !== "POP") heading.current?.focus({ preventScroll: true });
  }, [how]);
  return (
    <div className="mx-auto w-full max-w-6xl animate-appear">
      <div className={narrow ? "max-w-3xl" : undefined}>
      {back && (
        <Link to={back.to} className="mb-3 inline-flex items-center gap-1 text-sm text-ink-2 no-underline hover:text-ink">
          <Icon name="left" className="size-4" />
          {back.text}
        </Link>
      )}
      <header className="mb-6 flex items-start justify-between gap-x-6 gap-y-3 max-sm:flex-wrap">
        <div className="max-w-3xl min-w-0">
          <h1 ref={heading} tabIndex={-1} className="text-2xl wrap-anywhere sm:text-3xl">
            {title}
          </h1>
          {lead != null && <p className="mt-2 text-ink-2">{lead}</p>}
        </div>
        {actions != null && <div className="flex shrink-0 flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
      </div>
    </div>
  );
}

/** A titled part of a page. */
export function Section({ title, lead, actions, children, id, className }: { title: ReactNode; lead?: ReactNode; actions?: ReactNode; children: ReactNode; id?: string; className?: string }) {
  const part = useRef<HTMLElement>(null);
  const { hash } = useLocation();
  // The part that the address names may come after its answer did.
  useEffect(() => {
    if (id !== undefined && hash === `#${id}`) part.current?.scrollIntoView();
  }, [hash, id]);
  return (
    <section ref={part} className={cx("mt-10 first:mt-0", className)} id={id}>
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-3">
        <div className="max-w-3xl min-w-0">
          <h2 className="text-lg">{title}</h2>
          {lead != null && <p className="mt-1 text-sm text-ink-2">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
