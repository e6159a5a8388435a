// Amounts of money, read and written as the person's locale does. They are strings of decimals, never floats.

export const locale = (): string | undefined => (typeof navigator === "undefined" ? "en" : navigator.language || "en");

/** How a locale writes numbers: its signs, its ten digits, how many digits stand in a group. */
interface Writing {
  point: string;
  group: string | undefined;
  digits: string[];
  /** Digits of the last group, and of those before it. */
  groups: [last: number, before: number];
}

function writing(place: string | undefined): Writing {
  const parts = new Intl.NumberFormat(place, { useGrouping: true }).formatToParts(123456789.5);
  const sizes = parts.filter((part) => part.type === "integer").map((part) => [...part.value].length);
  const sign = (type: string) => parts.find((part) => part.type === type)?.value;
  const digits = new Intl.NumberFormat(place, { useGrouping: false });
  return {
    point: sign("decimal") ?? ".",
    group: sign("group"),
    digits: Array.from({ length: 10 }, (_, digit) => digits.format(digit)),
    groups: [sizes.at(-1) ?? 3, sizes.at(-2) ?? 3],
  };
}

/** ASCII digits and a dot, as the locale writes them, without signs between groups. */
function written(decimal: string, { digits, point }: Writing): string {
  return decimal.replace(/\d/g, (digit) => digits[Number(digit)] ?? digit).replace(".", point);
}

/** "20.00" as the locale writes it, digit for digit: money is never rounded and never becomes a float. */
export function amount(decimal: string, place = locale()): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
  if (!match) return decimal;
  const [, sign = "", whole = "0", rest = ""] = match;
  const cents = rest.replace(/0+$/, "").padEnd(2, "0");
  return `${sign === "-" ? "−" : ""}${new Intl.NumberFormat(place).format(BigInt(whole))}${written(`.${cents}`, writing(place))}`;
}

/** Money with its currency after it: "20.00 tUSD". A space that does not break keeps them together. */
export function money(decimal: string, currency = "tUSD", place = locale()): string {
  return `${amount(decimal, place)}\u00a0${currency}`;
}

/** The same without cents where there are none: for bands of prices and for examples. */
export function roundAmount(decimal: string, place = locale()): string {
  return /^-?\d+(\.0*)?$/.test(decimal) ? amount(decimal, place).slice(0, -3) : amount(decimal, place);
}

/** An amount as somebody would type it: no signs between groups. */
export function typeable(decimal: string, place = locale()): string {
  return written(decimal, writing(place));
}

/** Compares two decimal strings without floats; negative when the first is smaller. */
export function compareAmounts(a: string, b: string): number {
  const micros = (text: string): bigint | null => {
    const match = /^(\d{1,15})(?:\.(\d{0,6}))?$/.exec(text.trim());
    return match ? BigInt(match[1] ?? "0") * 1_000_000n + BigInt((match[2] ?? "").padEnd(6, "0")) : null;
  };
  const [left, right] = [micros(a), micros(b)];
  if (left === null || right === null) return Number.NaN;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** An amount that was typed; or nothing, with both ways to write it plainly when it can be read as two amounts a thousandfold apart. */
export type Typed = { amount: string; either?: undefined } | { amount: null; either?: [large: string, small: string] };

const BETWEEN = /^[\s\u00a0\u202f'’]$/u;
const NOTHING: Typed = { amount: null };

/** Reads what somebody typed: first as the locale writes amounts, then as others do where only one reading is left. */
export function readAmount(text: string, place = locale()): Typed {
  const ways = writing(place);
  // Marks of direction come along when an amount is pasted.
  const bare = text.trim().replace(/[\u200e\u200f\u061c]/g, "").replace(/./gu, (sign) => {
    const digit = ways.digits.indexOf(sign);
    return digit < 0 ? sign : String(digit);
  });
  const signs = [...new Set(bare.match(/[^\d]/gu) ?? [])];
  const at = (point: string | null): Typed | null => {
    const [whole = "", rest, ...more] = point === null ? [bare] : bare.split(point);
    const between = signs.filter((sign) => sign !== point);
    if (more.length > 0 || between.length > 1) return null;
    const [group] = between;
    if (group !== undefined && ![ways.group, ".", ","].includes(group) && !BETWEEN.test(group)) return null;
    const digits = group === undefined ? whole : ungrouped(whole, group, ways);
    if (digits === null || !/^\d{1,12}$/.test(digits) || (point !== null && !/^\d{1,6}$/.test(rest ?? ""))) return null;
    const plain = digits.replace(/^0+(?=\d)/, "");
    // One sign before three digits parts thousands in one country and cents in the next.
    if (group === undefined && rest?.length === 3 && /^[1-9]\d{0,2}$/.test(digits)) {
      return { amount: null, either: [written(digits + rest, ways), written(`${digits}.${/^0+$/.test(rest) ? "00" : `${rest}0`}`, ways)] };
    }
    return { amount: `${plain}.${(rest ?? "").padEnd(2, "0")}` };
  };
  if (bare.includes(ways.point)) {
    const read = at(ways.point);
    if (read) return read;
  } else if (signs.length === 0 || signs[0] === ways.group || BETWEEN.test(signs[0] ?? "")) {
    const read = at(null);
    if (read) return read;
  }
  // As it is written elsewhere: a sign that stands once before the last digits, or the same one between all groups.
  const last = [...bare].reverse().find((sign) => /[^\d]/u.test(sign));
  if (last !== "." && last !== ",") return NOTHING;
  return (bare.split(last).length === 2 ? at(last) : signs.length === 1 ? at(null) : null) ?? NOTHING;
}

/** The digits of a grouped number; nothing when a group is too long or too short. */
function ungrouped(whole: string, group: string, { groups: [last, before] }: Writing): string | null {
  const parts = whole.split(group);
  const right = parts.every((part, place) => {
    if (place === 0) return part.length >= 1 && part.length <= Math.max(last, before);
    return part.length === (place === parts.length - 1 ? last : before);
  });
  return right && parts.length > 1 && parts[0] !== "0" ? parts.join("") : null;
}

/** What somebody typed as an amount, as the desk's decimal string; null when it is not one amount. */
export function typedAmount(text: string, place = locale()): string | null {
  return readAmount(text, place).amount;
}
