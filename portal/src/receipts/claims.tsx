// What a receipt says, in the person's own words and numbers.
import type { ReactNode } from "react";
import type { Shape } from "../api";
import { Facts, Money, When } from "../house";
import { plain, words } from "../words";

type Claim = Shape<"ClaimShown">;
const say = words.receipts;

/** The name of a claim as people say it; its own name where we have none. */
export const claimName = (name: string): string => say.claimNames[name as keyof typeof say.claimNames] ?? name;

const amounts = new Set(["amount", "fee"]);

/** The value of a claim as text, in the person's locale. `claims` are those that are shown beside it. */
export function claimText(claim: Claim, claims: Claim[]): string {
  if (amounts.has(claim.name)) {
    const currency = claims.find(({ name }) => name === "currency")?.value;
    return currency === undefined ? say.noCurrency(plain.amount(claim.value)) : plain.money(claim.value, currency);
  }
  return claim.name === "agreed_at" ? plain.dateTime(claim.value) : claim.value;
}

function shown(claim: Claim, claims: Claim[]): ReactNode {
  const currency = claims.find(({ name }) => name === "currency")?.value;
  if (amounts.has(claim.name) && currency !== undefined) return <Money amount={claim.value} currency={currency} />;
  if (claim.name === "agreed_at") return <When at={claim.value} exact />;
  return <span className={amounts.has(claim.name) ? "tabular-nums" : "font-mono text-sm wrap-anywhere"}>{claimText(claim, claims)}</span>;
}

export function Claims({ claims }: { claims: Claim[] }) {
  return <Facts items={claims.map((claim) => [claimName(claim.name), <span key={claim.name}>{shown(claim, claims)}</span>] as const)} />;
}
