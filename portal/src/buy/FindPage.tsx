// Finding data: the search runs over the mirror on this machine, so nobody learns what is looked for.
import { keepPreviousData } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { ask, type Shape } from "../api";
import { said, useTell } from "../app/store";
import { Answered, Button, ChosenTags, Dialog, EmptyState, type FacetGroup, Facets, Page, Pager, ProblemNotice, SelectField, SkeletonCards, TextField, When } from "../house";
import { plain, words } from "../words";
import { ListingTile } from "./ListingTile";
import { PriceLimits } from "./PriceLimits";
import { asksSomething, asQuestion, asWatched, bandName, PAGE, readSought, type Sought, writeSought } from "./query";

const say = words.buy;

export function FindPage() {
  const [address, setAddress] = useSearchParams();
  const sought = readSought(address);
  const found = ask.useQuery("get", "/listings", { params: { query: asQuestion(sought) } }, { placeholderData: keepPreviousData });
  const [filters, setFilters] = useState(false);
  const go = (next: Partial<Sought>) => setAddress(writeSought({ ...sought, offset: 0, ...next }));
  const groups = found.data ? groupsOf(found.data.facets, found.data.listings[0]?.currency) : [];
  const currency = found.data?.listings[0]?.currency ?? "tUSD";
  const { price: _band, ...withoutBand } = sought.chosen;
  const facets = (
    <>
      <Facets groups={groups} chosen={sought.chosen} onChange={(chosen) => go({ chosen, ...(chosen.price?.length ? { least: null, most: null } : {}) })} />
      <PriceLimits key={`${sought.least ?? ""}-${sought.most ?? ""}`} least={sought.least} most={sought.most} currency={currency} onChange={(least, most) => go({ least, most, ...(least || most ? { chosen: withoutBand } : {}) })} />
    </>
  );
  return (
    <Page title={say.findTitle} lead={say.findLead}>
      <SearchBox key={sought.words} held={sought.words} onSearch={(text) => go({ words: text })} />
      <div className="mt-6 grid gap-8 lg:grid-cols-[15rem_1fr]">
        <aside className="max-lg:hidden" aria-label={words.facets.title}>
          {facets}
        </aside>
        <div className="min-w-0">
          <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
            <p role="status" className="text-sm text-ink-2">
              {found.data && (
                <>
                  {say.found(found.data.total)}
                  {found.data.mirrored_at && (
                    <>
                      {" · "}
                      {say.mirrored} <When at={found.data.mirrored_at} />
                    </>
                  )}
                </>
              )}
            </p>
            <div className="flex flex-wrap items-end gap-2">
              <Button small icon="filter" className="lg:hidden" onClick={() => setFilters(true)}>
                {words.facets.show}
              </Button>
              <WatchThis sought={sought} />
              <SelectField
                label={say.sort}
                bare
                small
                className="w-40"
                value={sought.order ?? "relevance"}
                onChange={(event) => go({ order: event.target.value === "relevance" ? null : event.target.value })}
                choices={Object.entries(say.sorts).map(([value, text]) => ({ value, text }))}
              />
            </div>
          </div>
          <ChosenTags
            tags={tagsOf(sought)}
            onClear={(key) => {
              const [group = "", value] = key.split("\u0000");
              if (group === "seller") go({ seller: null });
              else if (group === "limits") go({ least: null, most: null });
              else go({ chosen: { ...sought.chosen, [group]: (sought.chosen[group] ?? []).filter((held) => held !== value) } });
            }}
            onClearAll={() => go({ chosen: {}, least: null, most: null, seller: null })}
          />
          <div className="mt-4">
            <Answered query={found} bones={<SkeletonCards />} empty={(there) => (there.total === 0 ? <Nothing copied={there.mirrored_at != null} asked={asksSomething(sought)} onAll={() => setAddress(new URLSearchParams())} /> : null)}>
              {(there) => (
                <>
                  <ul className="grid gap-4 sm:grid-cols-2 2xl:grid-cols-3" aria-busy={found.isPlaceholderData || undefined}>
                    {there.listings.map((listing) => (
                      <li key={listing.id} className="min-w-0">
                        <ListingTile listing={listing} />
                      </li>
                    ))}
                  </ul>
                  <Pager
                    offset={sought.offset}
                    limit={PAGE}
                    total={there.total}
                    onGo={(offset) => {
                      go({ offset });
                      window.scrollTo({ top: 0 });
                    }}
                  />
                </>
              )}
            </Answered>
          </div>
        </div>
      </div>
      <Dialog open={filters} onClose={() => setFilters(false)} side="right" title={words.facets.title} actions={<Button kind="primary" onClick={() => setFilters(false)}>{found.data ? say.showFound(found.data.total) : words.common.close}</Button>}>
        {facets}
      </Dialog>
    </Page>
  );
}

function SearchBox({ held, onSearch }: { held: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(held);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(text);
  };
  return (
    <form role="search" onSubmit={submit} className="flex gap-2">
      <TextField label={say.searchLabel} bare className="flex-1" type="search" enterKeyHint="search" placeholder={say.searchExample} value={text} onChange={(event) => setText(event.target.value)} />
      <Button type="submit" kind="primary" icon="search">
        {words.common.search}
      </Button>
    </form>
  );
}

/** Puts the search on the watch list; the list lies on this machine only. */
function WatchThis({ sought }: { sought: Sought }) {
  const tell = useTell();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const watch = ask.useMutation("post", "/watch", {
    onSuccess: () => {
      setOpen(false);
      tell(said({ tone: "good", text: say.searchWatched, link: { to: "/watch", text: words.live.see } }));
    },
  });
  const suggested = [sought.words, ...Object.values(sought.chosen).flat()].filter(Boolean).join(", ").slice(0, 60);
  const { reset } = watch;
  useEffect(() => {
    if (open) setName(suggested);
    else reset();
  }, [open, suggested, reset]);
  if (!asksSomething(sought)) return null;
  return (
    <>
      <Button small icon="eye" onClick={() => setOpen(true)}>
        {say.watchSearch}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={say.watchSearchTitle}
        actions={
          <Button kind="primary" busy={watch.isPending} disabled={name.trim() === ""} onClick={() => watch.mutate({ body: { name: name.trim(), query: asWatched(sought) } })}>
            {say.watchSearch}
          </Button>
        }
      >
        <div className="grid gap-4">
          <p className="text-ink-2">{say.watchSearchLead}</p>
          <TextField label={say.watchName} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
          {watch.error && <ProblemNotice problem={watch.error} />}
        </div>
      </Dialog>
    </>
  );
}

function Nothing({ copied, asked, onAll }: { copied: boolean; asked: boolean; onAll: () => void }) {
  // Before the first copy nothing can be found, and that says nothing about what is for sale.
  if (!copied) return <EmptyState icon="search" title={say.copying}>{say.copyingWhy}</EmptyState>;
  return asked ? (
    <EmptyState icon="search" title={say.nothingFound} actions={<Button onClick={onAll}>{say.showAll}</Button>}>
      {say.nothingFoundWhy}
    </EmptyState>
  ) : (
    <EmptyState icon="search" title={say.emptyCatalogue}>
      {say.emptyCatalogueWhy}
    </EmptyState>
  );
}

const bandText = (from: string, below?: string, currency = "tUSD"): string => say.band(plain.roundAmount(from), below ? plain.roundAmount(below) : null, currency);

function groupsOf(facets: Shape<"FacetsShown">, currency?: string): FacetGroup[] {
  const plainly = (values: Shape<"FacetValue">[]) => values.map(({ value, count }) => ({ value, text: value, count }));
  return [
    { key: "category", title: say.facets.category, single: true, choices: facets.categories.map(({ value, count }) => ({ value, text: words.titled(value), count })) },
    { key: "tag", title: say.facets.tag, choices: plainly(facets.tags) },
    {
      key: "price",
      title: say.facets.price,
      single: true,
      choices: facets.prices
        .filter((band) => band.count > 0)
        .map((band) => ({ value: bandName(band.from, band.below), text: bandText(band.from, band.below ?? undefined, currency), count: band.count })),
    },
    { key: "column", title: say.facets.column, choices: plainly(facets.columns) },
    { key: "media_type", title: say.facets.media_type, single: true, choices: facets.media_types.map(({ value, count }) => ({ value, text: words.format(value), count })) },
    { key: "kind", title: say.facets.kind, single: true, choices: facets.kinds.length > 1 ? plainly(facets.kinds) : [] },
  ];
}

function tagsOf(sought: Sought): { key: string; text: string }[] {
  const tags = Object.entries(sought.chosen).flatMap(([group, held]) =>
    held.map((value) => {
      const [from = "", below] = value.split("-");
      const text = group === "price" ? bandText(from, below) : group === "category" ? words.titled(value) : group === "media_type" ? words.format(value) : value;
      return { key: `${group}\u0000${value}`, text };
    }),
  );
  const limit = (held: string | null) => held && plain.money(held);
  if (sought.least || sought.most) tags.push({ key: "limits\u0000", text: say.limited(limit(sought.least), limit(sought.most)) });
  return sought.seller ? [...tags, { key: "seller\u0000", text: say.ofSeller(plain.shortId(sought.seller)) }] : tags;
}
