// How numbers, money, dates and counts are said, in the person's own locale.

import { locale } from "./amounts";

export { amount, compareAmounts, money, readAmount, roundAmount, type Typed, typeable, typedAmount } from "./amounts";

/** Something several of: `count(2, { one: "order", other: "orders" })` is "2 orders". */
export function count(n: number, forms: { one: string; other: string }, place = locale()): string {
  const form = new Intl.PluralRules("en").select(n) === "one" ? forms.one : forms.other;
  return `${number(n, place)} ${form}`;
}

/** A whole or broken number with the locale's separators. */
export function number(n: number, place = locale()): string {
  return new Intl.NumberFormat(place, { maximumFractionDigits: 2 }).format(n);
}

/** A large number in short: 12K, 3.4M. */
export function shortNumber(n: number, place = locale()): string {
  return new Intl.NumberFormat(place, { notation: "compact", maximumFractionDigits: 1 }).format(n);
}

/** 1.4 MB, 250 MB, 12 kB. Number and unit stay on one line. */
export function bytes(n: number, place = locale()): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let step = 0;
  let size = n;
  while (size >= 1000 && step < units.length - 1) {
    size /= 1000;
    step += 1;
  }
  return new Intl.NumberFormat(place, {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short",
    minimumFractionDigits: size < 10 && step > 0 ? 1 : 0,
    maximumFractionDigits: size < 10 && step > 0 ? 1 : 0,
  })
    .format(size)
    .replace(/\s/g, "\u00a0");
}

/** 0.25 as 25 %. */
export function percent(share: number, place = locale()): string {
  return new Intl.NumberFormat(place, { style: "percent", maximumFractionDigits: share < 0.1 ? 2 : 0 }).format(share);
}

/** A day and a time, as the locale writes them. */
export function dateTime(at: string | Date, place = locale()): string {
  return new Intl.DateTimeFormat(place, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** A day. */
export function day(at: string | Date, place = locale()): string {
  return new Intl.DateTimeFormat(place, { dateStyle: "medium" }).format(new Date(at));
}

/** A day without its year, for the foot of a chart. */
export function shortDay(at: string | Date, place = locale()): string {
  return new Intl.DateTimeFormat(place, { day: "numeric", month: "short" }).format(new Date(at));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago", "in 2 days", "now". */
export function ago(at: string | Date, now: number, place = locale()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const speak = new Intl.RelativeTimeFormat(place, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return speak.format(Math.trunc(seconds / size), unit);
  }
  return speak.format(0, "second");
}

/** A length of time in at most two parts: "2 min 5 s". */
export function span(seconds: number, place = locale()): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "day"],
    [Math.floor((whole % 86_400) / 3_600), "hour"],
    [Math.floor((whole % 3_600) / 60), "minute"],
    [whole % 60, "second"],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  const from = first < 0 ? parts.length - 1 : first;
  return parts
    .slice(from, from + 2)
    .filter(([n], index) => n > 0 || index === 0)
    .map(([n, unit]) => new Intl.NumberFormat(place, { style: "unit", unit, unitDisplay: unit === "day" ? "long" : "short" }).format(n))
    .join(" ");
}

/** A long id with its middle left out: `lst_7k2…q9fd`. */
export function shortId(id: string): string {
  return id.length > 20 ? `${id.slice(0, 10)}…${id.slice(-4)}` : id;
}

/** "a, b and c". */
export function list(items: string[], place = locale()): string {
  return new Intl.ListFormat(place, { type: "conjunction" }).format(items);
}
