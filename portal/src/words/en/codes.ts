// Codes of the market's forms in words, as the public catalogue says them too.

const FORMATS: Record<string, string> = {
  "text/csv": "CSV",
  "application/x-ndjson": "NDJSON",
  "application/vnd.apache.parquet": "Parquet",
  "application/json": "JSON",
  "application/pdf": "PDF",
  "application/zip": "ZIP",
  "text/plain": "Text",
};

export const codes = {
  /** A media type in a word, where people have one. */
  format: (mediaType: string): string => FORMATS[mediaType] ?? mediaType,
  /** `transport` as Transport. */
  titled: (code: string): string => code.charAt(0).toUpperCase() + code.slice(1),
};
