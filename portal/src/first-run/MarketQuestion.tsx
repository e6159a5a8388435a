// Which market, and whether its keys are the right ones.
import { type FormEvent, useState } from "react";
import { ask, faultOf, type Shape } from "../api";
import { Button, Card, CopyLine, Facts, Notice, ProblemNotice, TextField } from "../house";
import { words } from "../words";
import { marketAddress } from "./questions";

const say = words.firstRun;

export interface MarketChoice {
  market: string;
  proxy: string | null;
}

/** Asks for the address, meets the market, shows its keys; `onChosen` only after the person agreed to them. */
export function MarketQuestion({ kept, lead, canSkip, onChosen, onBack }: {
  kept: MarketChoice | null;
  lead: string;
  /** With a backup the address may stay empty. */
  canSkip?: boolean;
  onChosen: (choice: MarketChoice | null) => void;
  onBack: () => void;
}) {
  const [market, setMarket] = useState(kept?.market ?? (canSkip ? "" : "http://127.0.0.1:4300"));
  const [proxy, setProxy] = useState(kept?.proxy ?? "");
  const [wrong, setWrong] = useState<string | null>(null);
  const meet = ask.useMutation("post", "/meet");
  const choice = (): MarketChoice => ({ market: marketAddress(market) ?? market, proxy: proxy.trim() || null });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canSkip && market.trim() === "") return onChosen(null);
    const address = marketAddress(market);
    if (!address) return setWrong(say.marketWrong);
    setWrong(null);
    meet.mutate({ body: { market: address, proxy: proxy.trim() || null } });
  };
  if (meet.data) return <Met met={meet.data} onTrust={() => onChosen(choice())} onOther={() => meet.reset()} />;
  return (
    <form onSubmit={submit} className="grid gap-5" noValidate>
      <p className="text-ink-2">{lead}</p>
      <TextField
        label={say.marketLabel}
        hint={canSkip ? say.restoreMarketOptional : say.marketHint}
        value={market}
        inputMode="url"
        autoFocus
        wrong={wrong ?? faultOf(meet.error, "market")}
        onChange={(event) => setMarket(event.target.value)}
      />
      <TextField label={say.proxyLabel} hint={say.proxyHint} optional value={proxy} wrong={faultOf(meet.error, "proxy")} onChange={(event) => setProxy(event.target.value)} />
      {meet.error && <ProblemNotice problem={meet.error} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" busy={meet.isPending}>
          {canSkip && market.trim() === "" ? words.common.next : say.meet}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          {words.common.back}
        </Button>
      </div>
    </form>
  );
}

function Met({ met, onTrust, onOther }: { met: Shape<"MetView">; onTrust: () => void; onOther: () => void }) {
  return (
    <div className="grid gap-5">
      <div>
        <h2 className="text-xl wrap-anywhere">{met.market}</h2>
        <p className="mt-1 text-ink-2">{say.metLead}</p>
      </div>
      {met.demo && <Notice>{say.demoMarket}</Notice>}
      {met.proofs !== "halo2" && <Notice tone="warn" title={say.noProofs} />}
      <p>{met.sentence}</p>
      <p className="text-sm text-ink-2">{say.clock(met.clock_skew_s)}</p>
      <Card>
        <Keys keys={met.keys} />
      </Card>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" onClick={onTrust}>
          {say.trust}
        </Button>
        <Button kind="quiet" onClick={onOther}>
          {say.other}
        </Button>
      </div>
    </div>
  );
}

/** The market's keys, each to be copied whole. */
export function Keys({ keys }: { keys: Shape<"KeysShown"> }) {
  return (
    <Facts
      level
      items={[
        [say.keyMarket, <CopyLine key="market" text={keys.market} />],
        [say.keyTreasury, <CopyLine key="treasury" text={keys.treasury} />],
        [say.keyLog, <CopyLine key="log" text={keys.log} />],
        [say.keyBeacon, <CopyLine key="beacon" text={keys.beacon} />],
      ]}
    />
  );
}
