// Everything that was ordered here, what runs first.
import { Link } from "react-router";
import { ask, type Shape } from "../api";
import { Answered, EmptyState, LinkButton, Money, Page, Section, Table, When } from "../house";
import { words } from "../words";
import { StateBadge } from "./StateBadge";

const say = words.buy;

export function OrdersPage() {
  const orders = ask.useQuery("get", "/orders", { params: { query: { side: "buyer" } } });
  return (
    <Page title={say.ordersTitle} lead={say.ordersLead}>
      <Answered
        query={orders}
        empty={(there) =>
          there.orders.length === 0 ? (
            <EmptyState icon="orders" title={say.noOrders} actions={<LinkButton kind="primary" to="/find">{words.places.find}</LinkButton>}>
              {say.noOrdersWhy}
            </EmptyState>
          ) : null
        }
      >
        {(there) => {
          const open = there.orders.filter((order) => !order.over);
          const over = there.orders.filter((order) => order.over);
          return (
            <>
              {open.length > 0 && (
                <Section title={say.underWay}>
                  <OrderTable caption={say.underWay} orders={open} />
                </Section>
              )}
              {over.length > 0 && (
                <Section title={say.ended}>
                  <OrderTable caption={say.ended} orders={over} />
                </Section>
              )}
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function OrderTable({ caption, orders }: { caption: string; orders: Shape<"OrderCard">[] }) {
  const newest = [...orders].sort((a, b) => b.since.localeCompare(a.since));
  return (
    <Table
      caption={caption}
      rows={newest}
      keyOf={(order) => order.order}
      columns={[
        {
          key: "title",
          title: say.what,
          heading: true,
          show: (order) => (
            <>
              <Link className="row-link" to={`/orders/${order.order}`}>
                {order.title}
              </Link>
              <span className="mt-0.5 block text-ink-2">{order.sentence}</span>
            </>
          ),
        },
        { key: "state", title: say.state, show: (order) => <StateBadge state={order.state} /> },
        { key: "since", title: say.since, show: (order) => <When at={order.since} /> },
        { key: "price", title: say.price, figure: true, show: (order) => <Money amount={order.price} currency={order.currency} /> },
      ]}
    />
  );
}
