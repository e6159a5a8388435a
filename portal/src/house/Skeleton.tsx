// What stands where something will be. Screen readers hear one word; nobody sees the page jump.
import type { ReactNode } from "react";
import { words } from "../words";
import { cx } from "./classes";

export function Skeleton({ className = "h-4 w-full" }: { className?: string }) {
  return <span aria-hidden="true" className={cx("block animate-breathe rounded-md bg-line", className)} />;
}

/** Announces that something loads, around any number of bones. */
export function Loading({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div role="status" className={className}>
      <span className="sr-only">{words.common.loading}</span>
      {children}
    </div>
  );
}

export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <Loading className="grid gap-3 rounded-xl border border-line bg-surface p-5">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex items-center gap-4">
          <Skeleton className="h-4 w-1/3" />
          <Skeleton className="ml-auto h-4 w-20" />
          <Skeleton className="h-4 w-16" />
        </div>
      ))}
    </Loading>
  );
}

export function SkeletonCards({ cards = 6 }: { cards?: number }) {
  return (
    <Loading className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      {Array.from({ length: cards }, (_, card) => (
        <div key={card} className="grid gap-3 rounded-xl border border-line bg-surface p-5">
          <Skeleton className="h-5 w-3/4" />
          <Skeleton />
          <Skeleton className="h-4 w-5/6" />
          <Skeleton className="mt-3 h-6 w-24" />
        </div>
      ))}
    </Loading>
  );
}
