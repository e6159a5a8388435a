// Small decisions of the first run, apart from how they look.

/** An address of a market as it is sent, or null. */
export function marketAddress(text: string): string | null {
  try {
    const url = new URL(text.trim());
    if (url.protocol !== "http:" && url.protocol !== "https:") return null;
    return url.origin;
  } catch {
    return null;
  }
}

/** The words somebody typed, in small letters, whatever was between them (numbers and dots of a written list fall away). */
export function typedWords(text: string): string[] {
  return text.toLowerCase().split(/[^a-z]+/).filter((word) => word !== "");
}

/** Two different places among `n`, in their order, drawn by `chance` (0 up to 1). */
export function twoPlaces(n: number, chance: () => number): [number, number] {
  const first = Math.floor(chance() * n);
  const second = (first + 1 + Math.floor(chance() * (n - 1))) % n;
  return first < second ? [first, second] : [second, first];
}
