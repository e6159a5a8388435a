// What happens while the pages are open: the desk's events, turned into what to show and what to fetch again.
import type { QueryClient } from "@tanstack/react-query";
import { type Dispatch, useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { answered, desk, type Shape } from "../api";
import { plain, words } from "../words";
import { alarmRaised, connectionIs, type Job, jobMoved, jobsListed, mirrored, purseCounted, said, type State, type Store, unreadIs, useTell } from "./store";
import { useStore as useReduxStore } from "react-redux";
import { listenTogether } from "./together";

type LiveEvent = Shape<"Event">;

/** Which questions an event makes stale: the beginnings of their paths. `*` is all of them. */
export function staleAfter(event: LiveEvent): string[] {
  switch (event.event) {
    case "job":
      return event.job.state === "running" || event.job.state === "waiting" ? [] : ["/orders", "/goods", "/sales", "/wallet", "/receipts"];
    case "order":
      return ["/orders", "/receipts", "/wallet"];
    case "sale":
      return ["/sales", "/goods", "/orders", "/receipts", "/wallet"];
    case "wallet":
      return ["/wallet"];
    case "mirror":
      return ["/market", "/listings"];
    case "news":
      return ["/news", "/watch"];
    case "goods":
      return ["/goods", "/listings"];
    case "alarm":
      return ["/market"];
    case "lock":
      return ["/session"];
    case "again":
      return ["*"];
  }
}

/** A kept question of the form `[method, path, ...]` whose path is one of these, or lies under one of them. */
export function isStale(key: readonly unknown[], stale: string[]): boolean {
  const path = key[1];
  if (typeof path !== "string") return false;
  return stale.some((from) => from === "*" || path === from || path.startsWith(`${from}/`));
}

/** What is said to the person when a piece of work ends while they look elsewhere. */
export function endOf(job: Job, held: Job | undefined): Parameters<typeof said>[0] | null {
  const wasMoving = held !== undefined && (held.state === "running" || held.state === "waiting");
  if (!wasMoving) return null;
  if (job.state === "done") return { tone: "good", text: words.live.jobDone(job.title), link: placeOf(job) };
  if (job.state === "failed") return { tone: "bad", text: words.live.jobFailed(job.title), link: placeOf(job) ?? { to: "/work", text: words.live.see } };
  return null;
}

/** Where one goes to see what a piece of work is about. */
export function placeOf(job: Job): { to: string; text: string } | undefined {
  const about = job.result?.order ?? job.result?.listing ?? job.about ?? "";
  if (about.startsWith("ord_")) return { to: `/orders/${about}`, text: words.live.see };
  // A listing that is not live yet is in nobody's catalogue, but among the own ones.
  if (job.kind === "sell" && job.state !== "done") return { to: "/goods", text: words.live.see };
  if (about.startsWith("lst_")) return { to: `/find/${about}`, text: words.live.see };
  if (job.kind === "send" || job.kind === "cross") return { to: "/wallet", text: words.live.see };
  if (job.kind === "ledger") return { to: "/verify", text: words.live.see };
  return undefined;
}

/** Takes one event in. */
export function hear(event: LiveEvent, store: Pick<Store, "dispatch" | "getState">, kept: QueryClient): void {
  const tell: Dispatch<Parameters<typeof store.dispatch>[0]> = store.dispatch;
  if (event.event === "job") {
    const end = endOf(event.job, (store.getState() as State).jobs.byId[event.job.id]);
    tell(jobMoved(event.job));
    if (end) tell(said(end));
  }
  if (event.event === "alarm") tell(alarmRaised(event.sentence));
  if (event.event === "mirror" && event.epoch != null) tell(mirrored(event.epoch));
  if (event.event === "news") {
    const before = (store.getState() as State).live.unread;
    tell(unreadIs(event.unread));
    if (event.unread > before) tell(said({ tone: "plain", text: words.live.news(event.unread - before), link: { to: "/watch", text: words.live.see } }));
  }
  const stale = staleAfter(event);
  if (stale.length > 0) void kept.invalidateQueries({ predicate: ({ queryKey }) => isStale(queryKey, stale) });
}

/** Counts the purse and lists the work anew: at the start and whenever events were missed. */
async function catchUp(store: Pick<Store, "dispatch">): Promise<void> {
  const [work, purse, news] = await Promise.all([answered(desk.GET("/jobs")), answered(desk.GET("/wallet")), answered(desk.GET("/news"))]);
  store.dispatch(jobsListed(work.jobs));
  store.dispatch(purseCounted({ balance: purse.balance, inFlight: purse.in_flight, currency: purse.currency }));
  store.dispatch(unreadIs(news.news.filter((item) => !item.read).length));
}

/** Listens as long as the desk is open, together with the other tabs. */
export function useLiveEvents(): void {
  const kept = useQueryClient();
  const store = useReduxStore() as Store;
  const tell = useTell();
  useEffect(() => {
    const recount = () => void catchUp(store).catch(() => undefined);
    const seen = () => document.visibilityState === "visible" && recount();
    document.addEventListener("visibilitychange", seen);
    const leave = listenTogether({
      event: (event) => {
        hear(event, store, kept);
        if (event.event === "wallet" || event.event === "order" || event.event === "sale" || event.event === "again") recount();
      },
      open: (missed) => {
        tell(connectionIs("open"));
        recount();
        if (missed) void kept.invalidateQueries();
      },
      lost: () => tell(connectionIs("lost")),
      // Either the session ended, which the session itself says, or the desk is away for a while.
      refused: () => void kept.invalidateQueries({ queryKey: ["get", "/session"] }),
    });
    return () => {
      document.removeEventListener("visibilitychange", seen);
      leave();
    };
  }, [kept, store, tell]);
}

/** An amount of the purse for the side of the page. */
export const purseSaid = (state: State): string | null => (state.purse.balance === null ? null : plain.money(state.purse.balance, state.purse.currency));
