// The first page: the money, what is under way, what is new, and good first steps for somebody who has done nothing yet.
import type { ReactNode } from "react";
import { shallowEqual } from "react-redux";
import { Link } from "react-router";
import { ask, type Shape } from "../api";
import { Answered, Badge, Card, Icon, type IconName, JobBar, Loading, Money, Page, Section, Skeleton, SkeletonRows, Stat, When } from "../house";
import { plain, words } from "../words";
import { StateBadge } from "../buy/StateBadge";
import { placeOf } from "./live";
import { running, useStore } from "./store";

const say = words.overview;

export function Overview() {
  const wallet = ask.useQuery("get", "/wallet");
  const sales = ask.useQuery("get", "/sales");
  const orders = ask.useQuery("get", "/orders", { params: { query: { side: "buyer" } } });
  const jobs = useStore(running, shallowEqual);
  const buying = orders.data?.orders.filter((order) => !order.over) ?? [];
  const selling = sales.data?.queue.filter((sale) => !sale.over) ?? [];
  const began = (orders.data?.orders.length ?? 0) > 0 || (sales.data?.queue.length ?? 0) > 0;
  return (
    <Page title={say.title}>
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Figure
          to="/wallet"
          label={say.balance}
          value={wallet.data && <Money amount={wallet.data.balance} currency={wallet.data.currency} />}
          note={wallet.data && plain.compareAmounts(wallet.data.in_flight, "0") > 0 ? say.inFlight(plain.money(wallet.data.in_flight, wallet.data.currency)) : undefined}
          gone={wallet.isError}
        />
        <Figure to="/sales" label={say.earned} value={sales.data && <Money amount={sales.data.earnings.total} currency={sales.data.earnings.currency} />} gone={sales.isError} />
        <Figure to="/orders" label={say.buying} value={orders.data && plain.number(buying.length)} gone={orders.isError} />
        <Figure to="/sales" label={say.selling} value={sales.data && plain.number(selling.length)} gone={sales.isError} />
      </div>
      {jobs.length > 0 && (
        <Section title={say.underWay} className="mt-10!">
          <div className="grid gap-3">
            {jobs.map((job) => {
              const place = placeOf(job);
              return <JobBar key={job.id} job={job} actions={place && <Link className="link inline-flex min-h-9 items-center text-sm" to={place.to}>{place.text}</Link>} />;
            })}
          </div>
        </Section>
      )}
      {orders.data && sales.data && !began && <FirstSteps />}
      {began && <Latest bought={orders.data?.orders ?? []} sold={sales.data?.queue ?? []} />}
      <Section title={say.news} className="mt-10!" actions={<Link to="/watch" className="link text-sm">{say.all}</Link>}>
        <News />
      </Section>
    </Page>
  );
}

/** The last few orders of either side. */
function Latest({ bought, sold }: { bought: Shape<"OrderCard">[]; sold: Shape<"SaleCard">[] }) {
  const newest = [...bought.map((order) => ({ ...order, side: say.bought })), ...sold.map((order) => ({ ...order, side: say.sold }))].sort((a, b) => b.since.localeCompare(a.since));
  return (
    <Section title={say.latest} className="mt-10!" actions={<Link to={bought.length > 0 ? "/orders" : "/sales"} className="link text-sm">{say.all}</Link>}>
      <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-raised">
        {newest.slice(0, 4).map((order) => (
          <li key={`${order.side}/${order.order}`} className="relative flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 transition-colors hover:bg-hover">
            <span className="min-w-0 flex-1 basis-60">
              <Link to={`/orders/${order.order}`} className="row-link wrap-anywhere">
                {order.title}
              </Link>
              <span className="block text-sm text-ink-2">
                {order.side} · <When at={order.since} />
              </span>
            </span>
            <StateBadge state={order.state} />
            <span className="text-sm">
              <Money amount={order.price} currency={order.currency} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Figure({ to, label, value, note, gone }: { to: string; label: string; value: ReactNode; note?: string | undefined; gone: boolean }) {
  return (
    <Link to={to} className="block min-w-0 rounded-xl border border-line bg-surface p-4 text-ink no-underline shadow-raised transition-colors hover:border-accent sm:p-5">
      <Stat label={label} value={value ?? (gone ? "–" : <Loading><Skeleton className="h-8 w-24" /></Loading>)} note={note} />
    </Link>
  );
}

const STEPS: { to: string; icon: IconName; title: string; why: string }[] = [
  { to: "/settings#backup", icon: "down", title: say.startBackup, why: say.startBackupWhy },
  { to: "/wallet", icon: "wallet", title: say.startMoney, why: say.startMoneyWhy },
  { to: "/find", icon: "search", title: say.startFind, why: say.startFindWhy },
  { to: "/sell", icon: "plus", title: say.startSell, why: say.startSellWhy },
];

function FirstSteps() {
  return (
    <Section title={say.start} className="mt-10!">
      <ul className="grid gap-3 sm:grid-cols-2">
        {STEPS.map((step) => (
          <li key={step.to}>
            <Link to={step.to} className="flex h-full items-start gap-4 rounded-xl border border-line bg-surface p-4 text-ink no-underline shadow-raised transition-colors hover:border-accent">
              <span className="grid size-10 shrink-0 place-items-center rounded-full bg-accent-soft text-accent-strong">
                <Icon name={step.icon} />
              </span>
              <span className="min-w-0">
                <span className="block font-semibold">{step.title}</span>
                <span className="mt-0.5 block text-sm text-ink-2">{step.why}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function News() {
  const news = ask.useQuery("get", "/news");
  return (
    <Answered query={news} bones={<SkeletonRows rows={3} />} empty={(there) => (there.news.length === 0 ? <Card><p className="text-ink-2">{say.noNews}</p></Card> : null)}>
      {(there) => (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface shadow-raised">
          {there.news.slice(0, 5).map((item) => (
            <NewsLine key={item.id} item={item} />
          ))}
        </ul>
      )}
    </Answered>
  );
}

/** One piece of news: what happened to which listing. */
export function NewsLine({ item }: { item: Shape<"NewsItem"> }) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-3">
      <Badge tone={item.read ? "plain" : "accent"}>{words.news[item.what]}</Badge>
      <Link to={`/find/${item.listing}`} className="min-w-0 flex-1 basis-48 font-medium text-ink wrap-anywhere hover:underline">
        {item.title}
      </Link>
      {item.what === "price" && (
        <span className="text-sm">
          {item.before && (
            <s className="mr-2 text-ink-2">
              <Money amount={item.before} currency={item.currency} />
            </s>
          )}
          <Money amount={item.price} currency={item.currency} />
        </span>
      )}
      <span className="text-sm text-ink-2">
        <When at={item.at} />
      </span>
    </li>
  );
}
