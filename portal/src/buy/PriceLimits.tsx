// Prices of one's own choosing, where the bands of the answer do not fit.
import { type FormEvent, useState } from "react";
import { Button, TextField } from "../house";
import { plain, words } from "../words";

const say = words.buy;
type Limit = string | null;

export function PriceLimits({ least, most, currency, onChange }: { least: Limit; most: Limit; currency: string; onChange: (least: Limit, most: Limit) => void }) {
  const [from, setFrom] = useState(() => (least ? plain.typeable(least) : ""));
  const [to, setTo] = useState(() => (most ? plain.typeable(most) : ""));
  const [wrong, setWrong] = useState<{ from?: string; to?: string }>({});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [lower, upper] = [from, to].map(readLimit) as [Read, Read];
    const crossed = lower.amount && upper.amount && plain.compareAmounts(lower.amount, upper.amount) > 0;
    setWrong({ ...(lower.wrong ? { from: lower.wrong } : {}), ...(upper.wrong ? { to: upper.wrong } : crossed ? { to: say.limitsCrossed } : {}) });
    if (!lower.wrong && !upper.wrong && !crossed) onChange(lower.amount, upper.amount);
  };
  return (
    <form onSubmit={submit} noValidate aria-label={say.limits} className="mt-6 grid gap-3 border-t border-line pt-5">
      <div className="grid grid-cols-2 gap-2">
        <TextField label={say.limitFrom(currency)} inputMode="decimal" value={from} wrong={wrong.from} onChange={(event) => setFrom(event.target.value)} />
        <TextField label={say.limitTo(currency)} inputMode="decimal" value={to} wrong={wrong.to} onChange={(event) => setTo(event.target.value)} />
      </div>
      <Button small type="submit">
        {say.limitSet}
      </Button>
    </form>
  );
}

interface Read {
  amount: Limit;
  wrong?: string;
}

/** An empty field is no limit. */
function readLimit(text: string): Read {
  if (text.trim() === "") return { amount: null };
  const { amount, either } = plain.readAmount(text);
  if (either) return { amount, wrong: words.common.twoWays(text.trim(), ...either) };
  return amount === null ? { amount, wrong: words.wallet.sendAmountWrong } : { amount };
}
