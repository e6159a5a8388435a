// Rows of things. On a phone every row becomes a small card, with the column's name before each value.
import type { ReactNode } from "react";
import { words } from "../words";
import { cx } from "./classes";

export interface Column<Row> {
  key: string;
  title: ReactNode;
  /** What stands there; null where there is nothing to say. */
  show: (row: Row) => ReactNode;
  /** Figures stand at the right. */
  figure?: boolean;
  /** The one that names the row; at most one column has it. */
  heading?: boolean;
  className?: string;
}

export function Table<Row>({ caption, columns, rows, keyOf, className, compact }: {
  /** What the table shows; read out, not drawn. */
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  className?: string;
  /** Few columns with short values: it stays a table on a phone. */
  compact?: boolean;
}) {
  if (compact) return <CompactTable {...{ caption, columns, rows, keyOf, className } as Parameters<typeof CompactTable<Row>>[0]} />;
  return (
    <div className={cx("overflow-hidden rounded-xl border border-line bg-surface shadow-raised", className)}>
      <table className="w-full border-collapse text-sm max-md:block">
        <caption className="sr-only">{caption}</caption>
        <thead className="bg-sunken text-left text-ink-2 max-md:sr-only">
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cx("px-4 py-2.5 font-medium", column.figure && "text-right")}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-md:block">
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-t border-line transition-colors first:border-t-0 hover:bg-hover relative max-md:grid max-md:gap-1 max-md:p-4 md:first:border-t">
              {columns.map((column) => {
                const Cell = column.heading ? "th" : "td";
                const shown = column.show(row);
                return (
                  <Cell
                    key={column.key}
                    {...(column.heading ? { scope: "row" as const } : {})}
                    className={cx(
                      "min-w-0 text-left font-normal md:px-4 md:py-3",
                      "max-md:flex max-md:items-baseline max-md:justify-between max-md:gap-4",
                      column.figure && "md:text-right md:whitespace-nowrap tabular-nums",
                      column.heading && "max-md:mb-1 max-md:text-base",
                      column.className,
                      shown == null && "max-md:hidden",
                    )}
                  >
                    {!column.heading && (
                      <span className="shrink-0 text-ink-2 md:hidden" aria-hidden="true">
                        {column.title}
                      </span>
                    )}
                    <span className="min-w-0 wrap-anywhere max-md:text-right max-md:[th>&]:text-left">{shown ?? <span className="text-ink-3">–</span>}</span>
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CompactTable<Row>({ caption, columns, rows, keyOf, className }: Omit<Parameters<typeof Table<Row>>[0], "compact">) {
  return (
    <div className={cx("overflow-hidden rounded-xl border border-line bg-surface shadow-raised", className)}>
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead className="bg-sunken text-left text-ink-2">
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cx("px-3 py-2 font-medium sm:px-4 sm:py-2.5", column.figure && "text-right", column.className)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-t border-line">
              {columns.map((column) => {
                const Cell = column.heading ? "th" : "td";
                return (
                  <Cell key={column.key} {...(column.heading ? { scope: "row" as const } : {})} className={cx("px-3 py-2 text-left font-normal wrap-anywhere sm:px-4 sm:py-2.5", column.figure && "text-right tabular-nums", column.className)}>
                    {column.show(row) ?? <span className="text-ink-3">–</span>}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A plain grid of sample values: scrolls on its own, first row fixed, reachable by keyboard. */
export function DataGrid({ caption, header, rows, marked = [], className }: {
  caption: string;
  header: readonly string[];
  rows: readonly (readonly (string | null)[])[];
  /** Columns shown as left out. */
  marked?: readonly string[];
  className?: string;
}) {
  return (
    <div tabIndex={0} role="region" aria-label={caption} className={cx("max-h-[28rem] overflow-auto rounded-xl border border-line bg-surface", className)}>
      <table className="w-max min-w-full border-collapse font-mono text-xs">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-sunken text-left">
          <tr>
            {header.map((name) => (
              <th key={name} scope="col" className={cx("border-b border-line px-3 py-2 font-semibold whitespace-nowrap", marked.includes(name) && "text-ink-3 line-through")}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index} className="border-b border-line last:border-b-0">
              {row.map((value, column) => (
                <td key={column} className="max-w-80 truncate px-3 py-1.5" title={value ?? undefined}>
                  {marked.includes(header[column] ?? "") ? <span className="text-ink-3 italic">{words.table.closed}</span> : value === null || value === "" ? <span className="text-ink-3">∅</span> : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
