// Who is at the page: opens the session with the one-time link, and shows the way in when it is closed, locked or new.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { answered, ask, asProblem, carryToken, desk, onSessionEnd, type Problem, type Shape } from "../api";

export type Session = Shape<"SessionView">;

export const SESSION = ["get", "/session", {}] as const;

/** The token of the one-time link, taken out of the address before anything else can read it. */
export function takeToken(place: { hash: string; pathname: string; search: string }, replace: (to: string) => void): string | null {
  const match = /^#open=([A-Za-z0-9_-]{16,128})$/.exec(place.hash);
  if (!match) return null;
  replace(place.pathname + place.search);
  return match[1] ?? null;
}

type Way = { stage: "opening" } | { stage: "none"; refused: boolean } | { stage: "gone"; problem: Problem } | { stage: "there"; session: Session };

/** Opens the session with the link's token, if there is one, and follows it from then on. */
export function useWayIn(token: string | null): Way {
  const kept = useQueryClient();
  const [opening, setOpening] = useState(token !== null);
  const [refused, setRefused] = useState(false);
  const began = useRef<string | null>(null);
  useEffect(() => {
    if (token === null || began.current === token) return;
    began.current = token;
    setOpening(true);
    setRefused(false);
    answered(desk.POST("/session", { body: { token } }))
      .then((session) => {
        carryToken(session.csrf);
        kept.setQueryData(SESSION, session);
      })
      .catch((thrown: unknown) => setRefused(asProblem(thrown).code !== "no-answer"))
      .finally(() => setOpening(false));
  }, [kept, token]);
  useEffect(() => onSessionEnd(() => void kept.invalidateQueries({ queryKey: ["get", "/session"] })), [kept]);
  const { data, error } = ask.useQuery("get", "/session", {}, {
    enabled: !opening,
    retry: (failures, thrown) => asProblem(thrown).code === "no-answer" && failures < 3,
    refetchInterval: (query) => (query.state.error && asProblem(query.state.error).code === "no-answer" ? 3000 : false),
    staleTime: 60_000,
  });
  useEffect(() => carryToken(data?.csrf), [data?.csrf]);
  if (opening) return { stage: "opening" };
  if (error) {
    const problem = asProblem(error);
    if (problem.code !== "no-answer") return { stage: "none", refused };
    if (!data) return { stage: "gone", problem };
  }
  if (!data) return { stage: "opening" };
  carryToken(data.csrf);
  return { stage: "there", session: data };
}

const Here = createContext<Session | null>(null);

export function SessionIs({ session, children }: { session: Session; children: ReactNode }) {
  return <Here.Provider value={session}>{children}</Here.Provider>;
}

/** The open session; only pages inside the shell ask for it. */
export function useSession(): Session {
  const session = useContext(Here);
  if (!session) throw new Error("asked for the session outside of it");
  return session;
}

const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/** Tells the desk, at most once a minute, that the person is still there: that is what puts the idle lock off. */
export function useSignsOfLife(): void {
  useEffect(() => {
    let last = Date.now();
    const sign = () => {
      if (Date.now() - last < 60_000) return;
      last = Date.now();
      void desk.POST("/session/active").catch(() => undefined);
    };
    for (const name of SIGNS) addEventListener(name, sign, { passive: true });
    return () => {
      for (const name of SIGNS) removeEventListener(name, sign);
    };
  }, []);
}
