// The frame around every page of an open desk: where one is, where one can go, what is running, and the way to lock.
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { NavLink, Outlet, ScrollRestoration, useLocation } from "react-router";
import { ask } from "../api";
import { cx, Dialog, ErrorBoundary, Icon, IconButton, Notice, Said, SkeletonRows } from "../house";
import { Toasts } from "../house/Toasts";
import { words } from "../words";
import { JobsButton } from "./JobsTray";
import { purseSaid, useLiveEvents } from "./live";
import { type Place, PLACES, THUMB } from "./places";
import { SESSION, useSession, useSignsOfLife } from "./session";
import { useStore } from "./store";
import { keptLook, type Look, wearLook } from "./theme";

export function Shell() {
  useLiveEvents();
  useSignsOfLife();
  const [menu, setMenu] = useState(false);
  const { pathname } = useLocation();
  useEffect(() => setMenu(false), [pathname]);
  return (
    <>
      <a href="#page" className="sr-only rounded-lg bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50">
        {words.places.skip}
      </a>
      <div className="lg:grid lg:grid-cols-[16rem_1fr]">
        <aside className="sticky top-0 hidden h-dvh flex-col overflow-y-auto border-r border-line bg-sunken px-3 py-4 lg:flex">
          <Brand />
          <Places label={words.places.main} />
          <Foot />
        </aside>
        <div className="min-w-0">
          <header className="sticky top-0 z-30 flex h-14 items-center gap-1 border-b border-line bg-paper/90 px-3 backdrop-blur lg:hidden">
            <Brand />
            <div className="ml-auto flex items-center">
              <JobsButton />
              <IconButton name={words.places.menu} icon="menu" aria-haspopup="dialog" onClick={() => setMenu(true)} />
            </div>
          </header>
          <div className="hidden h-14 items-center justify-end gap-1 px-8 lg:flex">
            <JobsButton />
            <LookButton />
            <LockButton />
          </div>
          <main id="page" tabIndex={-1} className="px-4 pt-5 pb-28 sm:px-6 lg:px-8 lg:pt-2 lg:pb-16">
            <Alarms />
            <ErrorBoundary key={pathname}>
              <Suspense fallback={<SkeletonRows />}>
                <Outlet />
              </Suspense>
            </ErrorBoundary>
          </main>
        </div>
      </div>
      <nav aria-label={words.places.desk} className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-5 border-t border-line bg-paper pb-[env(safe-area-inset-bottom)] lg:hidden">
        {THUMB.map((place) => (
          <NavLink key={place.to} to={place.to} className={({ isActive }) => cx(THUMB_LOOK, isActive ? "font-semibold text-accent" : "text-ink-2")}>
            <Icon name={place.icon} />
            <span className="max-w-full truncate">{place.text}</span>
          </NavLink>
        ))}
        <button type="button" aria-haspopup="dialog" onClick={() => setMenu(true)} className={cx(THUMB_LOOK, "text-ink-2")}>
          <Icon name="menu" />
          {words.places.menu}
        </button>
      </nav>
      <Dialog open={menu} onClose={() => setMenu(false)} title={words.places.menu} side="right">
        <Places label={words.places.menu} />
        <div className="mt-4 flex gap-1 border-t border-line pt-4">
          <LookButton />
          <LockButton />
        </div>
      </Dialog>
      <Toasts />
      <ScrollRestoration />
    </>
  );
}

const THUMB_LOOK = "flex min-h-14 min-w-0 flex-col items-center justify-center gap-0.5 px-1 text-xs no-underline";

function Brand() {
  return (
    <NavLink to="/" className="flex items-center gap-2.5 rounded-lg px-2 py-1 text-lg font-semibold tracking-tight text-ink no-underline lg:mb-4">
      <img src="/mark.svg" alt="" className="size-7" />
      {words.brand}
    </NavLink>
  );
}

function Places({ label }: { label: string }) {
  return (
    <nav aria-label={label} className="grid gap-4">
      {PLACES.map(({ title, places }) => (
        <div key={title ?? "top"}>
          {title && <p className="px-3 pb-1 text-xs font-medium text-ink-3">{title}</p>}
          <ul className="grid gap-0.5">
            {places.map((place) => (
              <li key={place.to}>
                <PlaceLink place={place} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function PlaceLink({ place }: { place: Place }) {
  const unread = useStore((state) => state.live.unread);
  const purse = useStore(purseSaid);
  return (
    <NavLink
      to={place.to}
      end={place.end ?? false}
      className={({ isActive }) =>
        cx(
          "flex min-h-10 items-center gap-3 rounded-lg px-3 text-sm no-underline transition-colors",
          isActive ? "bg-accent-soft font-semibold text-accent-strong" : "text-ink-2 hover:bg-hover hover:text-ink",
        )
      }
    >
      <Icon name={place.icon} />
      <span className="min-w-0 flex-1 truncate">{place.text}</span>
      {place.to === "/watch" && unread > 0 && (
        <span className="rounded-full bg-accent px-1.5 text-xs font-semibold text-on-accent tabular-nums">
          <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
          <span className="sr-only">{words.places.unread(unread)}</span>
        </span>
      )}
      {place.to === "/wallet" && purse && purse.length <= 16 && <span className="text-xs text-ink-2 tabular-nums">{purse}</span>}
    </NavLink>
  );
}

function Foot() {
  const { desk } = useSession();
  return desk ? (
    <p className="mt-auto px-3 pt-6 text-xs wrap-anywhere text-ink-3" title={desk.folder}>
      {desk.market.replace(/^https?:\/\//, "")}
      <br />
      {words.brand} {desk.version}
    </p>
  ) : null;
}

function LookButton() {
  const [look, setLook] = useState<Look>(keptLook);
  const dark = look === "dark" || (look === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  return (
    <IconButton
      name={dark ? words.places.lookLight : words.places.lookDark}
      icon={dark ? "sun" : "moon"}
      onClick={() => {
        const next = dark ? "light" : "dark";
        wearLook(next);
        setLook(next);
      }}
    />
  );
}

function LockButton() {
  const kept = useQueryClient();
  const { desk } = useSession();
  const lock = ask.useMutation("post", "/lock", {
    onSuccess: (session) => kept.setQueryData(SESSION, session),
    onError: () => void kept.invalidateQueries({ queryKey: ["get", "/session"] }),
  });
  if (!desk?.passphrase) return null;
  return <IconButton name={words.places.lock} icon="lock" disabled={lock.isPending} onClick={() => lock.mutate({})} />;
}

/** What stands above every page while it is true. */
function Alarms() {
  const connection = useStore((state) => state.live.connection);
  const heard = useStore((state) => state.live.alarm);
  const { data } = ask.useQuery("get", "/market");
  const alarm = data?.alarm?.sentence ?? heard;
  if (!alarm && connection !== "lost") return null;
  return (
    <div className="mx-auto mb-6 grid max-w-6xl gap-3">
      {alarm && (
        <Notice tone="bad" live title={alarm}>
          {data?.alarm?.next}
        </Notice>
      )}
      {connection === "lost" && (
        <Notice tone="warn" live title={words.live.gone}>
          <p>
            <span className="font-medium text-ink">{words.problem.moneyLabel}: </span>
            {words.problem.noAnswerMoney}
          </p>
          <p className="mt-1">
            <span className="font-medium text-ink">{words.problem.nextLabel}: </span>
            <Said text={words.live.goneNext} />
          </p>
        </Notice>
      )}
    </div>
  );
}
