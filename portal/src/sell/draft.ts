// A listing while it is being written: kept in this tab until it is handed over, so that a reload loses nothing.
import type { Shape } from "../api";
import { plain, words } from "../words";

export interface Draft {
  /** A file sent to the desk, or a path on this machine. */
  source: { file: string; name: string; size: number } | { path: string } | null;
  title: string;
  abstract: string;
  category: string;
  tags: string;
  licence: string;
  price: string;
  preset: string;
  updates: string;
  redact: string[];
  redactAll: boolean;
  /** Columns that are promised to have no empty cell. */
  filled: string[];
}

export const EMPTY: Draft = { source: null, title: "", abstract: "", category: "", tags: "", licence: "", price: "", preset: "", updates: "", redact: [], redactAll: false, filled: [] };

export type Faults = Partial<Record<"title" | "abstract" | "category" | "tags" | "licence" | "price", string>>;

const PLACE = "tacit.listing";

export function keptDraft(): Draft {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as Partial<Draft> | null;
    return kept ? { ...EMPTY, ...kept } : EMPTY;
  } catch {
    return EMPTY;
  }
}

export function keepDraft(draft: Draft | null): void {
  if (draft) sessionStorage.setItem(PLACE, JSON.stringify(draft));
  else for (const place of [PLACE, STEP]) sessionStorage.removeItem(place);
}

const STEP = "tacit.listing.step";
/** Steps of the form, counted from 0. */
export const LAST_STEP = 4;

/** The step that was open when the page was left. */
export function keptStep(): number {
  const step = Number(sessionStorage.getItem(STEP) ?? "0");
  return Number.isInteger(step) && step >= 0 && step <= LAST_STEP ? step : 0;
}

export const keepStep = (step: number): void => sessionStorage.setItem(STEP, String(step));

const BEGUN = "tacit.listing.begun";

/** A draft that was handed to the desk, and the work that seals it: kept until the listing is there, in case the desk stops first. */
export interface Begun {
  job: string;
  draft: Draft;
}

export function begunDraft(): Begun | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(BEGUN) ?? "null") as Begun | null;
    return kept ? { job: kept.job, draft: { ...EMPTY, ...kept.draft } } : null;
  } catch {
    return null;
  }
}

export function keepBegun(begun: Begun | null): void {
  if (begun) sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  else sessionStorage.removeItem(BEGUN);
}

/** What has become of a draft that was handed over: on its way, a listing, or nothing. */
export function fateOf(begun: Begun, job: Shape<"JobView"> | undefined, goods: readonly Pick<Shape<"GoodsCard">, "draft">[]): "moving" | "listed" | "stopped" {
  if (job?.state === "done" || goods.some((one) => one.draft.title === begun.draft.title.trim())) return "listed";
  return job?.state === "running" || job?.state === "waiting" ? "moving" : "stopped";
}

export const tagsOf = (text: string): string[] => [...new Set(text.split(/[,\s]+/).map((tag) => tag.toLowerCase()).filter(Boolean))];

/** Prices have at most two significant digits, so that an amount does not single out a sale. */
export function priceFault(text: string): string | null {
  const { amount, either } = plain.readAmount(text);
  if (either) return words.common.twoWays(text.trim(), ...either);
  if (amount === null || plain.compareAmounts(amount, "0") <= 0) return words.sell.priceWrong;
  const digits = amount.replace(".", "").replace(/^0+/, "").replace(/0+$/, "");
  return digits.length > 2 ? words.sell.priceDigits : null;
}

/** What is wrong in the step that says what it is. */
export function describedFaults(draft: Draft, choices: Shape<"ChoicesView">): Faults {
  const faults: Faults = {};
  if (draft.title.trim() === "") faults.title = words.sell.titleMissing;
  else if ([...draft.title.trim()].length > choices.title_most) faults.title = words.sell.tooLong(choices.title_most);
  if ([...draft.abstract.trim()].length > choices.abstract_most) faults.abstract = words.sell.tooLong(choices.abstract_most);
  if (draft.category === "") faults.category = words.sell.categoryMissing;
  if (tagsOf(draft.tags).length > choices.tags_most) faults.tags = words.sell.tooManyTags(choices.tags_most);
  return faults;
}

/** What is wrong in the step about licence and price. */
export function termsFaults(draft: Draft): Faults {
  const faults: Faults = {};
  if (draft.licence === "") faults.licence = words.sell.licenceMissing;
  const price = priceFault(draft.price);
  if (price !== null) faults.price = price;
  return faults;
}

type Offered = Pick<Shape<"ChoicesView">, "updates" | "presets">;

/** What was chosen of the updates, while it is offered; the first otherwise. */
export const chosenUpdates = (draft: Draft, choices: Offered) => choices.updates.find((one) => one.code === draft.updates) ?? choices.updates[0];

/** What becomes public about sales, as chosen, or as it is usual. */
export const chosenPreset = (draft: Draft, choices: Offered) => choices.presets.find((one) => one.code === (draft.preset || "aggregates"));

/** As the desk takes it. */
export function asForm(draft: Draft, choices: Offered): Shape<"SellForm"> {
  const source = draft.source && "path" in draft.source ? { path: draft.source.path } : { file: draft.source?.file ?? null };
  return {
    ...source,
    draft: {
      title: draft.title.trim(),
      abstract: draft.abstract.trim(),
      category: draft.category,
      tags: tagsOf(draft.tags),
      licence: draft.licence,
      price: plain.typedAmount(draft.price) ?? draft.price,
      preset: chosenPreset(draft, choices)?.code ?? "",
      updates: chosenUpdates(draft, choices)?.code ?? "",
    },
    redact: draft.redactAll ? [] : draft.redact,
    redact_all: draft.redactAll,
    filled: draft.filled,
  };
}
