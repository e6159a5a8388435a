// What came in: orders the desk fulfils by itself, and what was earned.
import { Link } from "react-router";
import { ask, type Shape } from "../api";
import { StateBadge } from "../buy/StateBadge";
import { Answered, Card, Chart, EmptyState, LinkButton, Money, Page, Section, Stat, Table, When } from "../house";
import { plain, words } from "../words";

const say = words.sell;

export function SalesPage() {
  const sales = ask.useQuery("get", "/sales");
  return (
    <Page title={say.salesTitle} lead={say.salesLead}>
      <Answered
        query={sales}
        empty={(there) =>
          there.queue.length === 0 && there.earnings.sales === 0 ? (
            <EmptyState icon="chart" title={say.noSales} actions={<LinkButton kind="primary" to="/sell">{words.places.sell}</LinkButton>}>
              {say.noSalesWhy}
            </EmptyState>
          ) : null
        }
      >
        {(there) => {
          const open = there.queue.filter((sale) => !sale.over);
          const over = there.queue.filter((sale) => sale.over);
          return (
            <>
              <Earned earnings={there.earnings} />
              <Section title={say.queueTitle} lead={say.queueLead}>
                {open.length === 0 ? <p className="text-ink-2">{say.queueEmpty}</p> : <SaleTable caption={say.queueTitle} sales={open} />}
              </Section>
              {over.length > 0 && (
                <Section title={words.buy.ended}>
                  <SaleTable caption={words.buy.ended} sales={over} />
                </Section>
              )}
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function Earned({ earnings }: { earnings: Shape<"Earnings"> }) {
  return (
    <div className="grid gap-4 lg:grid-cols-[1fr_2fr]">
      <Card className="grid content-start gap-5">
        <Stat label={say.earnedAll} value={<Money amount={earnings.total} currency={earnings.currency} />} note={say.earnedNote} />
        <Stat label={say.sold} value={plain.number(earnings.sales)} />
        {earnings.by_listing.length > 0 && (
          <div>
            <h2 className="text-sm font-normal text-ink-2">{say.byListing}</h2>
            <ol className="mt-1 grid gap-1.5">
              {earnings.by_listing.slice(0, 5).map((one) => (
                <li key={one.listing} className="flex items-baseline justify-between gap-3 text-sm">
                  <Link className="min-w-0 truncate text-ink hover:underline" to={`/find/${one.listing}`}>
                    {one.title}
                  </Link>
                  <Money amount={one.amount} currency={earnings.currency} className="shrink-0" />
                </li>
              ))}
            </ol>
          </div>
        )}
      </Card>
      <Card>
        <h2 className="mb-3 text-base">{say.byDay}</h2>
        <Chart
          title={say.byDayRead(earnings.by_day.length, plain.money(earnings.total, earnings.currency))}
          labelTitle={say.day}
          valueTitle={say.earnedIn(earnings.currency)}
          points={earnings.by_day.map((day) => ({ label: plain.shortDay(`${day.day}T12:00:00Z`), title: plain.day(`${day.day}T12:00:00Z`), value: Number(day.amount), said: plain.money(day.amount, earnings.currency) }))}
          empty={say.noEarnings}
        />
      </Card>
    </div>
  );
}

function SaleTable({ caption, sales }: { caption: string; sales: Shape<"SaleCard">[] }) {
  return (
    <Table
      caption={caption}
      rows={sales}
      keyOf={(sale) => sale.order}
      columns={[
        {
          key: "title",
          title: say.what,
          heading: true,
          show: (sale) => (
            <>
              <Link className="row-link" to={`/orders/${sale.order}`}>
                {sale.title}
              </Link>
              <span className="mt-0.5 block text-ink-2">{sale.sentence}</span>
            </>
          ),
        },
        { key: "state", title: words.buy.state, show: (sale) => <StateBadge state={sale.state} /> },
        { key: "since", title: say.came, show: (sale) => <When at={sale.since} /> },
        { key: "until", title: words.buy.waitsUntil, show: (sale) => (sale.waits_until ? <When at={sale.waits_until} /> : null) },
        { key: "price", title: say.priceShort, figure: true, show: (sale) => <Money amount={sale.price} currency={sale.currency} /> },
      ]}
    />
  );
}
