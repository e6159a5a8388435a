// The one way to the desk: a client made from the desk's own description of itself (openapi.json).
import createClient, { type Middleware } from "openapi-fetch";
import createQueries from "openapi-react-query";
import type { components, paths } from "./schema";

/** A shape of the desk's API by its name there. */
export type Shape<Name extends keyof components["schemas"]> = components["schemas"][Name];

let csrf = "";
let sessionEnded: () => void = () => {};

/** Remembers the token that every change carries. It lives in memory only. */
export function carryToken(token: string | null | undefined): void {
  csrf = token ?? "";
}

/** Says what to do when an answer shows that the session has ended or is locked. */
export function onSessionEnd(tell: () => void): void {
  sessionEnded = tell;
}

/** The header that a change carries; for the one upload that needs its own progress. */
export function csrfHeader(): Record<string, string> {
  return { "x-tacit-csrf": csrf };
}

const habits: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("x-tacit-csrf", csrf);
    return request;
  },
  onResponse({ response, schemaPath }) {
    const ended = response.status === 401 || response.status === 423;
    if (ended && schemaPath !== "/session" && schemaPath !== "/unlock") sessionEnded();
    return undefined;
  },
};

export const desk = createClient<paths>({ baseUrl: "/api", credentials: "same-origin" });
desk.use(habits);

/** The same client as hooks: `ask.useQuery("get", "/wallet")`, `ask.useMutation("post", "/lock")`. */
export const ask = createQueries(desk);

/** The answer, or its problem thrown. For calls outside of hooks. */
export async function answered<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw error ?? new SyntaxError("no answer");
  return data as T;
}
