// The whole of the pages: who is there decides what is shown.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Provider } from "react-redux";
import { createBrowserRouter, RouterProvider } from "react-router";
import { asProblem } from "../api";
import { ErrorBoundary } from "../house";
import { Locked, NoDesk, NoSession, Opening } from "./Entrance";
import { routes } from "./routes";
import { SessionIs, useWayIn } from "./session";
import { makeStore } from "./store";

// Needed once in the life of a desk, so it comes only then.
const FirstRun = lazy(async () => ({ default: (await import("../first-run/FirstRun")).FirstRun }));

// Answers are fresh until the desk says otherwise: its events name what to fetch again.
const makeKept = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (failures, thrown) => asProblem(thrown).code === "no-answer" && failures < 2,
      },
      mutations: { retry: false },
    },
  });

/** `link` is the token the page was opened with; a second link pasted into the same tab only changes the address. */
export function App({ link, listen }: { link: string | null; listen: (heard: (token: string) => void) => () => void }) {
  const [token, setToken] = useState(link);
  useEffect(() => listen(setToken), [listen]);
  const [kept] = useState(makeKept);
  const [store] = useState(makeStore);
  return (
    <ErrorBoundary>
      <Provider store={store}>
        <QueryClientProvider client={kept}>
          {/* A new link begins anew: nothing that was half done under the old one is left standing. */}
          <Way key={token} token={token} />
        </QueryClientProvider>
      </Provider>
    </ErrorBoundary>
  );
}

function Way({ token }: { token: string | null }) {
  const way = useWayIn(token);
  // The words of a new desk are shown before it is used, so the first run stays until it says that it is over.
  const [beginning, setBeginning] = useState(false);
  if (way.stage === "opening") return <Opening />;
  if (way.stage === "none") return <NoSession refused={way.refused} />;
  if (way.stage === "gone") return <NoDesk problem={way.problem} />;
  const { session } = way;
  // A lock closes the first run too, and takes the words with it; whether they are still wanted, the desk knows.
  const locked = session.stage === "locked";
  if (locked && beginning) setBeginning(false);
  if (locked) return <Locked session={session} />;
  if (session.stage === "new" || session.words_to_confirm || beginning) {
    return (
      <Suspense fallback={<Opening />}>
        <FirstRun left={session.words_to_confirm ? session : null} onBegin={() => setBeginning(true)} onEnd={() => setBeginning(false)} />
      </Suspense>
    );
  }
  return (
    <SessionIs session={session}>
      <Inside />
    </SessionIs>
  );
}

function Inside() {
  const [router] = useState(() => createBrowserRouter(routes));
  return <RouterProvider router={router} />;
}
