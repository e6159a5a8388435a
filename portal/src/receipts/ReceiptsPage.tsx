// All receipts of this desk, from buying and from selling.
import { Link } from "react-router";
import { ask } from "../api";
import { Answered, Badge, EmptyState, Id, LinkButton, Money, Page, Table, When } from "../house";
import { words } from "../words";

const say = words.receipts;

export function ReceiptsPage() {
  const receipts = ask.useQuery("get", "/receipts");
  return (
    <Page
      title={say.title}
      lead={say.lead}
      actions={
        <LinkButton icon="shield" to="/verify">
          {say.verifyTitle}
        </LinkButton>
      }
    >
      <Answered
        query={receipts}
        empty={(there) =>
          there.receipts.length === 0 ? (
            <EmptyState icon="receipt" title={say.none} actions={<LinkButton to="/find">{words.places.find}</LinkButton>}>
              {say.noneWhy}
            </EmptyState>
          ) : null
        }
      >
        {(there) => (
          <Table
            caption={say.title}
            rows={[...there.receipts].sort((a, b) => b.agreed_at.localeCompare(a.agreed_at))}
            keyOf={(receipt) => receipt.id}
            columns={[
              {
                key: "title",
                title: say.about,
                heading: true,
                show: (receipt) => (
                  <Link className="row-link" to={`/receipts/${receipt.id}`}>
                    {receipt.title ?? <Id id={receipt.listing} />}
                  </Link>
                ),
              },
              { key: "side", title: say.side, show: (receipt) => <Badge>{say.sides[receipt.side]}</Badge> },
              { key: "licence", title: say.licence, show: (receipt) => receipt.licence },
              { key: "at", title: say.agreed, show: (receipt) => <When at={receipt.agreed_at} exact /> },
              { key: "price", title: say.amount, figure: true, show: (receipt) => <Money amount={receipt.price} currency={receipt.currency} /> },
            ]}
          />
        )}
      </Answered>
    </Page>
  );
}
