// Every sentence of the pages comes from here. A translation is one more object of the type `Words`, chosen below.
import { en } from "./en";

export type Words = typeof en;

const TONGUES: Record<string, Words> = { en };

/** The words for the first of the person's languages that has them; English otherwise. */
export function wordsFor(languages: readonly string[]): Words {
  for (const language of languages) {
    const found = TONGUES[language.split("-")[0] ?? ""];
    if (found) return found;
  }
  return en;
}

export const words: Words = wordsFor(typeof navigator === "undefined" ? ["en"] : navigator.languages);
export * as plain from "./plain";
