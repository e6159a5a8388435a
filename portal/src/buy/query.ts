// What is looked for, as it stands in the page's address: it can be bookmarked, sent to oneself and gone back to.
import type { Shape } from "../api";
import type { Chosen } from "../house";

export const PAGE = 24;

/** One choice for groups of one, several for tags and columns. */
export const GROUPS = ["category", "tag", "price", "column", "media_type", "kind"] as const;

export interface Sought {
  words: string;
  chosen: Chosen;
  /** Prices of the person's own choosing, both included; they stand in place of a band. */
  least: string | null;
  most: string | null;
  seller: string | null;
  order: string | null;
  offset: number;
}

export function readSought(address: URLSearchParams): Sought {
  const chosen: Chosen = {};
  for (const group of GROUPS) {
    const held = address.getAll(group).filter((value) => value !== "");
    if (held.length > 0) chosen[group] = held;
  }
  const offset = Number(address.get("from") ?? "0");
  return {
    words: address.get("words") ?? "",
    chosen,
    least: limit(address.get("least")),
    most: limit(address.get("most")),
    seller: address.get("seller"),
    order: address.get("order"),
    offset: Number.isSafeInteger(offset) && offset > 0 ? Math.floor(offset / PAGE) * PAGE : 0,
  };
}

export function writeSought(sought: Sought): URLSearchParams {
  const address = new URLSearchParams();
  if (sought.words.trim() !== "") address.set("words", sought.words.trim());
  for (const group of GROUPS) for (const value of sought.chosen[group] ?? []) address.append(group, value);
  if (sought.least) address.set("least", sought.least);
  if (sought.most) address.set("most", sought.most);
  if (sought.seller) address.set("seller", sought.seller);
  if (sought.order) address.set("order", sought.order);
  if (sought.offset > 0) address.set("from", String(sought.offset));
  return address;
}

const limit = (text: string | null): string | null => (text !== null && /^\d{1,12}(\.\d{1,6})?$/.test(text) ? text : null);

/** A band of prices as one choice: "10.00-50.00", open at the top: "100.00-". */
export function bandName(from: string, below: string | null | undefined): string {
  return `${from}-${below ?? ""}`;
}

function prices({ chosen, least, most: highest }: Sought): { min_price?: string; max_price?: string } {
  if (least || highest) return { ...(least ? { min_price: least } : {}), ...(highest ? { max_price: highest } : {}) };
  const [from, below] = (chosen.price?.[0] ?? "").split("-");
  const most = below ? lessByOneCent(below) : null;
  return { ...(from ? { min_price: from } : {}), ...(most ? { max_price: most } : {}) };
}

/** The largest price below a bound: bands are half open, the desk's limits are not. */
function lessByOneCent(amount: string): string {
  const [whole = "0", rest = ""] = amount.split(".");
  const cents = BigInt(whole) * 100n + BigInt(rest.padEnd(2, "0").slice(0, 2)) - 1n;
  return cents < 0n ? "0.00" : `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}

/** As the desk's search is asked. */
export function asQuestion(sought: Sought) {
  const { chosen } = sought;
  const first = (group: string) => chosen[group]?.[0];
  return {
    ...(sought.words.trim() ? { words: sought.words.trim() } : {}),
    ...(first("category") ? { category: first("category") as string } : {}),
    ...(chosen.tag?.length ? { tag: chosen.tag } : {}),
    ...prices(sought),
    ...(first("kind") ? { kind: first("kind") as string } : {}),
    ...(first("media_type") ? { media_type: first("media_type") as string } : {}),
    ...(chosen.column?.length ? { column: chosen.column } : {}),
    ...(sought.seller ? { seller: sought.seller } : {}),
    ...(sought.order ? { order: sought.order } : {}),
    offset: sought.offset,
    limit: PAGE,
  };
}

/** As the watch list keeps it. */
export function asWatched(sought: Sought): Shape<"WatchedSearch"> {
  const { tag, column, order: _order, offset: _offset, limit: _limit, ...rest } = asQuestion(sought);
  return { ...rest, ...(tag ? { tags: tag } : {}), ...(column ? { columns: column } : {}) };
}

/** A watched search as an address of the search page. */
export function addressOf(watched: Shape<"WatchedSearch">): string {
  const chosen: Chosen = {};
  if (watched.category) chosen.category = [watched.category];
  if (watched.tags?.length) chosen.tag = watched.tags;
  if (watched.columns?.length) chosen.column = watched.columns;
  if (watched.kind) chosen.kind = [watched.kind];
  if (watched.media_type) chosen.media_type = [watched.media_type];
  const address = writeSought({ words: watched.words ?? "", chosen, least: watched.min_price ?? null, most: watched.max_price ?? null, seller: watched.seller ?? null, order: null, offset: 0 });
  return `/find?${address.toString()}`;
}

/** Whether anything at all is asked for. */
export function asksSomething(sought: Sought): boolean {
  return sought.words.trim() !== "" || sought.seller !== null || sought.least !== null || sought.most !== null || Object.values(sought.chosen).some((held) => held.length > 0);
}
