import { expect, test } from "vitest";
import { claimName, claimText } from "./claims";

const of = (name: string, value: string) => ({ name, value, finance: true });

test("claims are named and written as people do, never as the document does", () => {
  const claims = [of("amount", "1234.50"), of("currency", "tUSD"), of("agreed_at", "2026-11-20T22:45:05Z")];
  expect(claims.map(({ name }) => claimName(name))).toEqual(["Amount", "Currency", "Agreed at"]);
  expect(claimText(claims[0]!, claims)).toMatch(/^1\D?234\D50\u00a0tUSD$/);
  expect(claimText(claims[2]!, claims)).not.toContain("T22");
});

test("an amount whose currency is withheld says so", () => {
  const alone = [of("amount", "20.00")];
  expect(claimText(alone[0]!, alone)).toBe("20.00, in a currency that is withheld");
});
