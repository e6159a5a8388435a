// How long a passphrase would hold against somebody who has the disk, said plainly. A guess from its length and variety: no list
// of known passphrases is kept here, and nothing is sent anywhere.

export type Strength = 0 | 1 | 2 | 3 | 4;

const CLASSES: [RegExp, number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[^a-zA-Z0-9]/, 33],
];

/** Bits somebody has to guess, on the low side: words count as words, repetitions count once. */
export function bitsOf(passphrase: string): number {
  const text = passphrase.trim();
  if (text === "") return 0;
  const words = text.split(/[\s\-_.,]+/).filter((word) => word.length > 0);
  const different = new Set(words.map((word) => word.toLowerCase()));
  // Several words: about 11 bits for each, less when a word is short.
  if (words.length >= 3) return [...different].reduce((bits, word) => bits + Math.min(11, word.length * 3.5), 0);
  const alphabet = CLASSES.reduce((size, [has, letters]) => (has.test(text) ? size + letters : size), 0);
  const letters = new Set(text.toLowerCase()).size;
  const runs = text.length - (text.match(/(.)\1|012|123|234|345|456|567|678|789|abc|qwe|asd|password|tacit/gi)?.length ?? 0) * 2;
  return Math.max(0, Math.min(runs, letters * 2)) * Math.log2(Math.max(alphabet, 2)) * 0.6;
}

/** From 0 (far too short) to 4 (strong). */
export function strengthOf(passphrase: string): Strength {
  if (passphrase.trim().length < 8) return 0;
  const bits = bitsOf(passphrase);
  return bits < 28 ? 1 : bits < 40 ? 2 : bits < 52 ? 3 : 4;
}
