// Money that lies in a pool the market has closed: it is safe, and has to cross before it can be spent.
import type { Shape } from "../api";
import { Money, Notice } from "../house";
import { words } from "../words";

const say = words.wallet;

export function Crossing({ pools, currency }: { pools: Shape<"OldPool">[]; currency: string }) {
  if (pools.length === 0) return null;
  return (
    <Notice tone="warn" title={say.oldTitle} className="mb-4">
      <p>{say.oldLead}</p>
      <ul className="mt-2">
        {pools.map((pool) => (
          <li key={pool.pool}>
            {say.oldLine(pool.generation)}: <Money amount={pool.balance} currency={currency} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}
