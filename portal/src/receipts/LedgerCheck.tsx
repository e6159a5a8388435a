// The whole ledger, fetched as everybody gets it and replayed on this machine: long work that goes on without the page.
import { ask, type Shape } from "../api";
import { useStore } from "../app/store";
import { Button, Card, Facts, JobBar, Money, Notice, ProblemNotice, Section, When } from "../house";
import { plain, words } from "../words";

const say = words.receipts;

export function LedgerCheck() {
  const begin = ask.useMutation("post", "/verify/ledger");
  const job = useStore((state) =>
    Object.values(state.jobs.byId)
      .filter((job) => job.kind === "ledger")
      .sort((a, b) => b.began.localeCompare(a.began))
      .at(0),
  );
  const moving = job?.state === "running" || job?.state === "waiting";
  return (
    <Section title={say.ledgerTitle} lead={say.ledgerLead} className="mt-10">
      <div className="grid gap-4">
        {job && <JobBar job={job} />}
        {job?.result?.ledger && <Figures found={job.result.ledger} />}
        {begin.error && <ProblemNotice problem={begin.error} />}
        {!moving && (
          <div>
            <Button icon="shield" busy={begin.isPending} onClick={() => begin.mutate({})}>
              {say.ledgerCheck}
            </Button>
          </div>
        )}
      </div>
    </Section>
  );
}

function Figures({ found }: { found: Shape<"LedgerChecked"> }) {
  const money = (amount: string) => <Money amount={amount} currency={found.currency} />;
  return (
    <Card className="grid gap-4">
      <Notice live tone="good" title={say.ledgerHolds}>
        {say.ledgerHoldsWhy}
      </Notice>
      <Facts
        items={[
          [say.ledgerMarket, found.market],
          [say.ledgerEpochs, plain.number(found.epochs)],
          [say.ledgerPayments, plain.number(found.payments)],
          [say.ledgerMinted, money(found.minted)],
          [say.ledgerBurned, money(found.burned)],
          [say.ledgerInside, money(found.inside)],
          [say.ledgerLog, plain.number(found.log)],
          found.newest ? [say.ledgerNewest, <When key="newest" at={found.newest} exact />] : null,
        ]}
      />
    </Card>
  );
}
