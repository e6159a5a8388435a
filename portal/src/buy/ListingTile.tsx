// One listing among others: what it is, how much of it, what it costs.
import { Link } from "react-router";
import type { Shape } from "../api";
import { Badge, Money, When } from "../house";
import { plain, words } from "../words";

const say = words.buy;

export function ListingTile({ listing }: { listing: Shape<"ListingCard"> }) {
  return (
    <article className="relative flex h-full flex-col gap-2 rounded-xl border border-line bg-surface p-4 shadow-raised transition-colors hover:border-accent has-[a:focus-visible]:outline-2 has-[a:focus-visible]:outline-offset-2 has-[a:focus-visible]:outline-accent sm:p-5">
      <div className="flex flex-wrap gap-1.5">
        <Badge>{words.titled(listing.category)}</Badge>
        {listing.own && <Badge tone="accent">{say.own}</Badge>}
        {listing.bought && <Badge tone="good">{say.bought}</Badge>}
        {listing.watched && <Badge tone="accent">{say.watched}</Badge>}
        {listing.state !== "live" && <Badge tone="warn">{say.states[listing.state]}</Badge>}
      </div>
      <h2 className="text-base wrap-anywhere">
        {/* The whole tile is the link; the text stays selectable by keyboard order alone. */}
        <Link to={`/find/${listing.id}`} className="text-ink no-underline outline-none after:absolute after:inset-0 after:rounded-xl">
          {listing.title}
        </Link>
      </h2>
      {listing.summary && <p className="line-clamp-3 text-sm text-ink-2 wrap-anywhere">{listing.summary}</p>}
      <p className="text-sm text-ink-2">{say.size(plain.bytes(listing.bytes), listing.rows)}</p>
      <div className="mt-auto flex flex-wrap items-baseline justify-between gap-2 pt-2">
        <span className="text-lg font-semibold">
          <Money amount={listing.price} currency={listing.currency} />
        </span>
        <span className="text-sm text-ink-2">
          <When at={listing.at} />
        </span>
      </div>
    </article>
  );
}
