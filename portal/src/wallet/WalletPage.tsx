// The wallet: what there is, how well it hides, what happened; receiving, sending, crossing.
import { useState } from "react";
import { ask, type Shape } from "../api";
import { Answered, Button, Card, EmptyState, Loading, Money, Notice, Page, Section, Skeleton, Stat, When } from "../house";
import { plain, words } from "../words";
import { Crossing } from "./Crossing";
import { History } from "./History";
import { Receive } from "./Receive";
import { Send } from "./Send";

const say = words.wallet;

export function WalletPage() {
  const wallet = ask.useQuery("get", "/wallet");
  const [open, setOpen] = useState<"receive" | "send" | null>(null);
  return (
    <Page
      title={say.title}
      lead={say.lead}
      actions={
        <>
          <Button icon="down" onClick={() => setOpen("receive")}>
            {say.receive}
          </Button>
          <Button kind="primary" icon="up" disabled={!wallet.data} onClick={() => setOpen("send")}>
            {say.send}
          </Button>
        </>
      }
    >
      <Answered query={wallet} bones={<Bones />}>
        {(there) => (
          <>
            {there.test_currency && <Notice className="mb-4">{say.test}</Notice>}
            <Crossing pools={there.old_pools} currency={there.currency} />
            <Purse wallet={there} />
            <Section title={say.history} lead={say.historyLead}>
              {there.history.length === 0 ? (
                <EmptyState icon="wallet" title={say.noHistory} actions={<Button onClick={() => setOpen("receive")}>{say.receive}</Button>}>
                  {say.noHistoryWhy}
                </EmptyState>
              ) : (
                <History lines={there.history} currency={there.currency} />
              )}
            </Section>
            <Send open={open === "send"} onClose={() => setOpen(null)} wallet={there} />
          </>
        )}
      </Answered>
      <Receive open={open === "receive"} onClose={() => setOpen(null)} />
    </Page>
  );
}

function Purse({ wallet }: { wallet: Shape<"WalletShown"> }) {
  const some = plain.compareAmounts(wallet.in_flight, "0") > 0;
  return (
    <div className="grid gap-4 lg:grid-cols-[3fr_2fr]">
      <Card className="flex flex-col justify-between gap-6">
        <div className="flex flex-wrap gap-x-12 gap-y-5">
          <div className="min-w-0">
            <p className="text-sm text-ink-2">{say.balance}</p>
            <p className="mt-1 text-4xl font-semibold tracking-tight wrap-anywhere">
              <Money amount={wallet.balance} currency={wallet.currency} />
            </p>
          </div>
          {some && <Stat label={say.inFlight} value={<Money amount={wallet.in_flight} currency={wallet.currency} />} note={say.inFlightWhy} />}
        </div>
        <p className="text-sm text-ink-2">
          {wallet.as_of ? (
            <>
              {say.asOf} <When at={wallet.as_of} />
              {wallet.epoch != null && <> · {say.epoch(wallet.epoch)}</>}
            </>
          ) : (
            say.notYet
          )}
        </p>
      </Card>
      <Card>
        <h2 className="text-base">{say.anonymity}</h2>
        {wallet.anonymity ? (
          <>
            <div className="mt-3 flex flex-wrap gap-x-10 gap-y-3">
              <Stat label={say.notes} value={plain.number(wallet.anonymity.notes)} />
              <Stat label={say.batches} value={plain.number(wallet.anonymity.batches_today)} />
            </div>
            <p className="mt-3 text-sm text-ink-2">{wallet.anonymity.sentence}</p>
          </>
        ) : (
          <p className="mt-2 text-sm text-ink-2">{say.noAnonymity}</p>
        )}
      </Card>
    </div>
  );
}

function Bones() {
  return (
    <Loading className="grid gap-4 lg:grid-cols-[3fr_2fr]">
      <Card className="grid gap-4">
        <Skeleton className="h-4 w-28" />
        <Skeleton className="h-10 w-56" />
        <Skeleton className="h-4 w-40" />
      </Card>
      <Card className="grid gap-4">
        <Skeleton className="h-4 w-40" />
        <Skeleton className="h-8 w-24" />
      </Card>
    </Loading>
  );
}
