// The watch list: what the mirror noticed. It lies on this machine; the market never learns what is watched.
import { Link } from "react-router";
import { ask, type Shape } from "../api";
import { NewsLine } from "../app/Overview";
import { Answered, Badge, Button, EmptyState, Icon, LinkButton, Page, ProblemNotice, Section, When } from "../house";
import { words } from "../words";
import { addressOf } from "./query";

const say = words.buy;

export function WatchPage() {
  const watch = ask.useQuery("get", "/watch");
  const news = ask.useQuery("get", "/news");
  const read = ask.useMutation("post", "/news/read", { onSuccess: () => void Promise.all([news.refetch(), watch.refetch()]) });
  const unread = news.data?.unread ?? 0;
  return (
    <Page
      title={say.watchTitle}
      lead={say.watchLead}
      actions={
        unread > 0 && (
          <Button icon="check" busy={read.isPending} onClick={() => read.mutate({ body: {} })}>
            {say.markRead}
          </Button>
        )
      }
    >
      {read.error && <ProblemNotice problem={read.error} className="mb-4" />}
      <Answered
        query={watch}
        empty={(there) =>
          there.items.length === 0 ? (
            <EmptyState icon="eye" title={say.noWatch} actions={<LinkButton kind="primary" to="/find">{words.places.find}</LinkButton>}>
              {say.noWatchWhy}
            </EmptyState>
          ) : null
        }
      >
        {(there) => (
          <>
            <Section title={say.newsTitle}>
              <Answered query={news} empty={(told) => (told.news.length === 0 ? <p className="text-ink-2">{say.noNewsYet}</p> : null)}>
                {(told) => (
                  <ul className="divide-y divide-line rounded-xl border border-line bg-surface shadow-raised">
                    {told.news.map((item) => (
                      <NewsLine key={item.id} item={item} />
                    ))}
                  </ul>
                )}
              </Answered>
            </Section>
            <Section title={say.watchedTitle}>
              <ul className="grid gap-3 sm:grid-cols-2">
                {there.items.map((item) => (
                  <WatchedItem key={item.id} item={item} onEnded={() => void watch.refetch()} />
                ))}
              </ul>
            </Section>
          </>
        )}
      </Answered>
    </Page>
  );
}

function WatchedItem({ item, onEnded }: { item: Shape<"WatchItem">; onEnded: () => void }) {
  const end = ask.useMutation("delete", "/watch/{id}", { onSuccess: onEnded });
  const to = item.listing ? `/find/${item.listing}` : item.query ? addressOf(item.query) : "/find";
  return (
    <li className="flex min-w-0 items-start gap-3 rounded-xl border border-line bg-surface p-4 shadow-raised">
      <Icon name={item.kind === "listing" ? "tag" : "search"} className="mt-0.5 size-5 text-ink-3" />
      <div className="min-w-0 flex-1">
        <Link to={to} className="font-medium text-ink wrap-anywhere hover:underline">
          {item.name}
        </Link>
        <p className="mt-0.5 text-sm text-ink-2">
          {item.kind === "listing" ? say.watchedListing : say.watchedSearch} · <When at={item.since} />
        </p>
        {item.unread > 0 && (
          <p className="mt-1.5">
            <Badge tone="accent">{say.unread(item.unread)}</Badge>
          </p>
        )}
        {end.error && <ProblemNotice problem={end.error} className="mt-3" />}
      </div>
      <Button small kind="quiet" busy={end.isPending} onClick={() => end.mutate({ params: { path: { id: item.id } } })}>
        {words.common.remove}
        <span className="sr-only"> {item.name}</span>
      </Button>
    </li>
  );
}
