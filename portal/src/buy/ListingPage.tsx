// One listing: what it is, what it costs, what is proved and who must be trusted, and the button that buys it.
import { useState } from "react";
import { Link, useParams } from "react-router";
import { ask, type Shape } from "../api";
import { said, useTell } from "../app/store";
import { Answered, Badge, Button, Card, Facts, Id, LinkButton, Loading, Money, Page, ProblemNotice, Section, Skeleton, Table, When } from "../house";
import { plain, words } from "../words";
import { BuySheet } from "./BuySheet";
import { SamplePart } from "./SamplePart";

const say = words.buy;

export function ListingPage() {
  const { id = "" } = useParams();
  const listing = ask.useQuery("get", "/listings/{id}", { params: { path: { id } } });
  return <Answered query={listing} bones={<Bones />}>{(there) => <Listing there={there} />}</Answered>;
}

function Listing({ there }: { there: Shape<"ListingShown"> }) {
  const { listing } = there;
  const [buying, setBuying] = useState(false);
  const price = plain.money(listing.price, listing.currency);
  return (
    <Page title={listing.title} back={{ to: "/find", text: say.backToFind }}>
      <div className="-mt-3 mb-6 flex flex-wrap items-center gap-2">
        <Badge>{words.titled(listing.category)}</Badge>
        {listing.tags.map((tag) => (
          <Link key={tag} to={`/find?tag=${encodeURIComponent(tag)}`} className="no-underline">
            <Badge>{tag}</Badge>
          </Link>
        ))}
        {listing.own && <Badge tone="accent">{say.own}</Badge>}
        {listing.bought && <Badge tone="good">{say.bought}</Badge>}
        {listing.state !== "live" && <Badge tone="warn">{say.states[listing.state]}</Badge>}
      </div>
      <div className="grid gap-8 lg:grid-cols-[1fr_20rem]">
        <div className="order-2 min-w-0 lg:order-1">
          {listing.summary && <p className="max-w-prose text-lg whitespace-pre-line wrap-anywhere">{listing.summary}</p>}
          <Section title={say.sampleTitle} className={listing.summary ? "mt-8" : undefined}>
            <SamplePart listing={listing.id} columns={there.columns} />
          </Section>
          {there.columns.length > 0 && (
            <Section title={say.columnsTitle}>
              <Table
                caption={say.columnsTitle}
                rows={there.columns}
                keyOf={(column) => column.name}
                compact
                columns={[
                  { key: "name", title: say.column, heading: true, show: (column) => <code className="font-mono">{column.name}</code> },
                  { key: "type", title: say.type, show: (column) => column.type },
                  { key: "empty", title: say.mayBeEmpty, show: (column) => (column.nullable ? words.common.yes : words.common.no), className: "max-sm:hidden" },
                  { key: "open", title: say.inSample, show: (column) => (column.redacted ? say.redacted : say.open) },
                ]}
              />
            </Section>
          )}
          <Section title={say.licenceTitle(there.licence_name)}>
            <Card>
              <p className="wrap-anywhere">{there.licence_words}</p>
              <p className="mt-3 text-sm text-ink-2 wrap-anywhere">
                {say.licenceText}: {there.licence_text}
              </p>
              <details className="mt-3 text-sm">
                <summary className="text-ink-2">{say.licenceForMachines}</summary>
                <pre className="mt-2 max-h-72 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs" tabIndex={0}>
                  {JSON.stringify(there.licence_odrl, null, 2)}
                </pre>
              </details>
            </Card>
          </Section>
          <Section title={say.trustTitle}>
            <Card>
              <ul className="grid list-disc gap-2 pl-5">
                {there.trust.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </Card>
          </Section>
        </div>
        <aside className="order-1 min-w-0 lg:order-2" aria-label={say.offer}>
          <div className="lg:sticky lg:top-20">
            <Card className="grid gap-4">
              <p className="text-3xl font-semibold tracking-tight">
                <Money amount={listing.price} currency={listing.currency} />
              </p>
              <OfferActions there={there} price={price} onBuy={() => setBuying(true)} />
              <Facts
                short
                className="text-sm"
                items={[
                  [say.youGet, say.size(plain.bytes(listing.bytes), listing.rows)],
                  [say.format, words.format(listing.media_type)],
                  [say.updates, there.updates],
                  [say.seller, <Link key="seller" className="link" to={`/find?seller=${encodeURIComponent(listing.seller)}`}><Id id={listing.seller} /></Link>],
                  [say.version, say.versionOf(listing.version, there.how_many_versions)],
                  [say.listed, <When key="at" at={listing.at} />],
                ]}
              />
              <p className="text-sm text-ink-2">{there.disclosure}</p>
            </Card>
          </div>
        </aside>
      </div>
      <BuySheet open={buying} onClose={() => setBuying(false)} listing={there} />
    </Page>
  );
}

function OfferActions({ there, price, onBuy }: { there: Shape<"ListingShown">; price: string; onBuy: () => void }) {
  const { listing } = there;
  if (listing.own) {
    return (
      <LinkButton to="/goods" wide>
        {say.manageOwn}
      </LinkButton>
    );
  }
  return (
    <div className="grid gap-2">
      {listing.bought && !there.open_order && (
        <LinkButton kind="primary" wide to="/orders">
          {say.seeBought}
        </LinkButton>
      )}
      {there.open_order ? (
        <LinkButton kind="primary" wide to={`/orders/${there.open_order}`}>
          {say.seeOrder}
        </LinkButton>
      ) : (
        <Button kind={listing.bought ? "plain" : "primary"} wide disabled={listing.state !== "live"} onClick={onBuy}>
          {listing.bought ? say.buyAgain(price) : say.buyFor(price)}
        </Button>
      )}
      {listing.state !== "live" && <p className="text-sm text-ink-2">{say.notForSale[listing.state]}</p>}
      <WatchButton listing={listing} watch={there.watch ?? null} />
    </div>
  );
}

function WatchButton({ listing, watch }: { listing: Shape<"ListingCard">; watch: string | null }) {
  const tell = useTell();
  const kept = ask.useQuery("get", "/listings/{id}", { params: { path: { id: listing.id } } });
  const again = () => void kept.refetch();
  const begin = ask.useMutation("post", "/watch", {
    onSuccess: () => {
      again();
      tell(said({ tone: "good", text: say.listingWatched, link: { to: "/watch", text: words.live.see } }));
    },
  });
  const end = ask.useMutation("delete", "/watch/{id}", { onSuccess: again });
  const problem = begin.error ?? end.error;
  return (
    <>
      <Button
        icon="eye"
        wide
        aria-pressed={watch !== null}
        busy={begin.isPending || end.isPending}
        onClick={() => (watch ? end.mutate({ params: { path: { id: watch } } }) : begin.mutate({ body: { listing: listing.id, name: listing.title } }))}
      >
        {watch ? say.unwatch : say.watch}
      </Button>
      {problem != null && <ProblemNotice problem={problem} />}
    </>
  );
}

function Bones() {
  return (
    <Loading className="grid gap-8 lg:grid-cols-[1fr_20rem]">
      <div className="grid content-start gap-4">
        <Skeleton className="h-9 w-2/3" />
        <Skeleton />
        <Skeleton className="h-4 w-4/5" />
        <Skeleton className="h-64 w-full" />
      </div>
      <Skeleton className="h-80 w-full" />
    </Loading>
  );
}

