// The market from this desk's own copy: is it well, what does it cost, what does it keep, whom does one trust.
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ask, type Shape } from "../api";
import { said, useTell } from "../app/store";
import { Answered, Badge, Button, Card, Facts, Icon, Id, Notice, Page, ProblemNotice, Section, Stat, Table, When } from "../house";
import { Keys } from "../first-run/MarketQuestion";
import { plain, words } from "../words";

const say = words.market;
type Market = Shape<"MarketShown">;

export function MarketPage() {
  const market = ask.useQuery("get", "/market");
  const kept = useQueryClient();
  const tell = useTell();
  const sync = ask.useMutation("post", "/sync", {
    onSuccess: () => {
      void kept.invalidateQueries();
      tell(said({ tone: "good", text: say.synced }));
    },
    // It did not answer: what the page says of its health is out of date.
    onError: () => void kept.invalidateQueries({ queryKey: ["get", "/market"] }),
  });
  return (
    <Page
      title={say.title}
      lead={say.lead}
      actions={
        <Button busy={sync.isPending} onClick={() => sync.mutate({})}>
          {say.syncNow}
        </Button>
      }
    >
      {sync.error && <ProblemNotice problem={sync.error} className="mb-6" />}
      <Answered query={market}>
        {(there) => (
          <>
            <Health market={there} />
            <Section title={say.trust} lead={say.trustLead}>
              <Trust />
            </Section>
            <Section title={say.fees}>
              <Card>
                {there.fees && (
                  <Facts
                    items={[
                      [say.feesDirect, say.ppm(there.fees.direct_ppm)],
                    ]}
                  />
                )}
                <p className={there.fees ? "mt-4 text-sm text-ink-2" : "text-sm text-ink-2"}>{say.feesNote}</p>
              </Card>
            </Section>
            <Section title={say.pools}>
              <Pools pools={there.pools} />
            </Section>
            <Section title={say.retention}>
              <Card>
                <Facts
                  items={[
                    there.retention && [say.keepsOrders, say.every(there.retention.ended_orders_s)],
                    there.retention && [say.keepsLetters, say.every(there.retention.letters_s)],
                    there.retention && [say.keepsUploads, say.every(there.retention.idle_uploads_s)],
                  ].map((item) => item ?? null) as ([ReactNode, ReactNode] | null)[]}
                />
              </Card>
            </Section>
            <Section title={say.limits}>
              <Card>
                <Facts
                  items={[
                    there.limits && [say.limitBody, plain.bytes(there.limits.body_bytes)],
                    there.limits && [say.limitSample, plain.bytes(there.limits.sample_bytes)],
                    there.software ? [say.software, there.software] : null,
                  ].map((item) => item ?? null) as ([ReactNode, ReactNode] | null)[]}
                />
                {there.beacon_delay_s != null && <p className="mt-4 text-sm text-ink-2">{say.beacon(there.beacon_delay_s)}</p>}
              </Card>
            </Section>
            <Section title={say.keys}>
              <Card>
                <Keys keys={there.keys} />
              </Card>
            </Section>
          </>
        )}
      </Answered>
    </Page>
  );
}

function Health({ market }: { market: Market }) {
  const current = market.pools.find((pool) => !pool.rotated);
  return (
    <div className="grid gap-4">
      {market.alarm ? null : market.reachable ? (
        <Notice tone="good" title={say.reachable}>
          {say.fine}
        </Notice>
      ) : (
        <Notice tone="warn" title={say.unreachable}>
          {say.unreachableWhy}
        </Notice>
      )}
      <Card>
        <p className="mb-5 font-mono text-sm wrap-anywhere text-ink-2">{market.market}</p>
        <div className="grid grid-cols-2 gap-6 lg:grid-cols-4">
          <Stat label={say.listings} value={plain.number(market.listings)} />
          <Stat label={say.log} value={plain.number(market.log_size)} />
          <Stat label={say.epoch} value={current?.epoch != null ? plain.number(current.epoch) : "–"} note={current?.epoch_ended ? <When at={current.epoch_ended} /> : say.epochNone} />
          <Stat label={say.mirroredAt} value={<span className="text-lg">{market.mirrored_at ? <When at={market.mirrored_at} /> : say.never}</span>} />
        </div>
      </Card>
    </div>
  );
}

function Trust() {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <TrustCard title={say.cannot} lines={say.cannotList} good />
      <TrustCard title={say.can} lines={say.canList} />
    </div>
  );
}

function TrustCard({ title, lines, good }: { title: string; lines: string[]; good?: boolean }) {
  return (
    <Card>
      <h3>{title}</h3>
      <ul className="mt-3 grid gap-2 text-sm">
        {lines.map((line) => (
          <li key={line} className="flex items-start gap-2.5">
            <Icon name={good ? "check" : "info"} className={`mt-0.5 size-4 ${good ? "text-good" : "text-warn"}`} />
            {line}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Pools({ pools }: { pools: Market["pools"] }) {
  return (
    <Table
      caption={say.pools}
      rows={pools}
      keyOf={(pool) => pool.pool}
      columns={[
        { key: "pool", title: say.pool, heading: true, show: (pool) => <Id id={pool.pool} /> },
        { key: "currency", title: say.poolCurrency, show: (pool) => pool.currency },
        { key: "every", title: say.poolEpoch, show: (pool) => say.every(pool.epoch_length_s) },
        { key: "state", title: say.poolState, show: (pool) => <Badge tone={pool.rotated ? "warn" : "good"}>{pool.rotated ? say.poolRotated : say.poolCurrent}</Badge> },
      ]}
    />
  );
}
