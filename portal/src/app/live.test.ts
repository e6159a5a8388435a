import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { Shape } from "../api";
import { hear, isStale, staleAfter } from "./live";
import { takeToken } from "./session";
import { forgotten, type Job, jobMoved, jobsListed, makeStore, running } from "./store";

const job = (change: Partial<Job>): Job => ({
  id: "job_1",
  kind: "buy",
  title: "Flights",
  stage: "Paying",
  stage_since: "2026-01-01T00:00:00Z",
  state: "running",
  began: "2026-01-01T00:00:00Z",
  updated: "2026-01-01T00:00:00Z",
  can_cancel: true,
  ...change,
});

test("news that arrives late does not turn a job back", () => {
  const store = makeStore();
  store.dispatch(jobsListed([job({ updated: "2026-01-01T00:00:05Z", stage: "Downloading" })]));
  store.dispatch(jobMoved(job({ updated: "2026-01-01T00:00:01Z" })));
  expect(running(store.getState())[0]?.stage).toBe("Downloading");
});

test("work that ends while somebody looks elsewhere is said once; work that had ended before is not said again", () => {
  const store = makeStore();
  const kept = new QueryClient();
  store.dispatch(jobsListed([job({})]));
  const done = { event: "job", job: job({ state: "done", updated: "2026-01-01T00:01:00Z", result: { order: "ord_1" } }) } satisfies Shape<"Event">;
  hear(done, store, kept);
  hear(done, store, kept);
  expect(store.getState().toasts.shown).toHaveLength(1);
  expect(store.getState().toasts.shown[0]).toMatchObject({ tone: "good", link: { to: "/orders/ord_1" } });
  expect(running(store.getState())).toHaveLength(0);
});

test("an event makes exactly the answers stale that it names", () => {
  const order: Shape<"Event"> = { event: "order", order: "ord_1" };
  expect(isStale(["get", "/orders/{id}", {}], staleAfter(order))).toBe(true);
  expect(isStale(["get", "/wallet"], staleAfter(order))).toBe(true);
  expect(isStale(["get", "/listings"], staleAfter(order))).toBe(false);
  expect(isStale(["get", "/orderings"], staleAfter(order))).toBe(false);
  expect(isStale(["get", "/doctor"], staleAfter({ event: "again" }))).toBe(true);
  expect(staleAfter({ event: "job", job: job({}) })).toEqual([]);
});

test("only more unread news than before is told", () => {
  const store = makeStore();
  const kept = new QueryClient();
  hear({ event: "news", unread: 2 }, store, kept);
  hear({ event: "news", unread: 1 }, store, kept);
  expect(store.getState().toasts.shown).toHaveLength(1);
  expect(store.getState().live.unread).toBe(1);
});

test("the one-time token leaves the address as soon as it is read", () => {
  const seen: string[] = [];
  const token = takeToken({ hash: "#open=abcdefghijklmnop_-12", pathname: "/wallet", search: "?a=1" }, (to) => seen.push(to));
  expect(token).toBe("abcdefghijklmnop_-12");
  expect(seen).toEqual(["/wallet?a=1"]);
  expect(takeToken({ hash: "#open=<script>", pathname: "/", search: "" }, () => seen.push("no"))).toBeNull();
  expect(takeToken({ hash: "", pathname: "/", search: "" }, () => seen.push("no"))).toBeNull();
  expect(seen).toHaveLength(1);
});

test("a locked desk leaves nothing behind in the page", () => {
  const store = makeStore();
  store.dispatch(jobsListed([job({})]));
  hear({ event: "alarm", sentence: "Two histories." }, store, new QueryClient());
  store.dispatch(forgotten());
  expect(store.getState()).toEqual(makeStore().getState());
});
