// One stream of events for all tabs. A browser holds at most six connections to a desk, so a stream per tab would
// leave nothing for the seventh: the tab that holds the lock listens and passes on what it hears. A page that is put
// away lets go of both and joins anew when it is shown again.
import type { Shape } from "../api";

type LiveEvent = Shape<"Event">;

/** The events the desk sends by name. */
export const NAMES = ["job", "order", "sale", "wallet", "mirror", "news", "goods", "alarm", "lock", "again"] as const;

/** What a tab is told, whoever listens. */
export interface Ear {
  event: (event: LiveEvent) => void;
  /** The stream stands; `missed`: events may have gone by unheard. */
  open: (missed: boolean) => void;
  /** It has not come back for a while. */
  lost: () => void;
  /** The desk refused the stream: the session ended, or the desk is away. */
  refused: () => void;
}

type Message = { say: "event"; event: LiveEvent } | { say: "open"; missed: boolean } | { say: "lost" } | { say: "refused" } | { say: "who" };

const PLACE = "tacit.live";
/** A short break is no news; a long one is. */
const SHORT_BREAK = 2500;
const NEXT_TRY = 3000;

/** Listens with all other tabs until the answer is called. */
export function listenTogether(ear: Ear): () => void {
  let leave = join(ear);
  const hide = () => leave();
  const show = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    leave();
    ear.open(true);
    leave = join(ear);
  };
  addEventListener("pagehide", hide);
  addEventListener("pageshow", show);
  return () => {
    removeEventListener("pagehide", hide);
    removeEventListener("pageshow", show);
    leave();
  };
}

function join(ear: Ear): () => void {
  const over = new AbortController();
  const others = new BroadcastChannel(PLACE);
  /** What the stream last did, when this tab is the one that listens. */
  let standing: Message | null = null;
  const hear = (message: Message) => {
    if (message.say === "event") ear.event(message.event);
    else if (message.say === "open") ear.open(message.missed);
    else if (message.say === "lost") ear.lost();
    else if (message.say === "refused") ear.refused();
    else if (standing) others.postMessage(standing);
  };
  const tell = (message: Message) => {
    if (over.signal.aborted) return;
    if (message.say === "open") standing = { say: "open", missed: false };
    if (message.say === "lost") standing = message;
    hear(message);
    others.postMessage(message);
  };
  const lead = (missed: boolean): Promise<void> =>
    new Promise((done) => {
      if (over.signal.aborted) return done();
      const close = follow(tell, missed);
      over.signal.addEventListener("abort", () => {
        close();
        done();
      });
    });
  others.onmessage = ({ data }: MessageEvent<Message>) => hear(data);
  others.postMessage({ say: "who" } satisfies Message);
  void (async () => {
    let waits = false;
    await navigator.locks.request(PLACE, { ifAvailable: true }, (lock) => {
      if (lock) return lead(false);
      waits = true;
      return undefined;
    });
    // Whoever takes over does not know what went by between two streams.
    if (waits && !over.signal.aborted) await navigator.locks.request(PLACE, { signal: over.signal }, () => lead(true));
  })().catch(() => undefined);
  return () => {
    if (over.signal.aborted) return;
    over.abort();
    others.close();
  };
}

/** The stream itself. The browser reconnects by itself and says which event it heard last. */
function follow(tell: (message: Message) => void, missed: boolean): () => void {
  let stream: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  let gone: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    stream = new EventSource("/api/events");
    stream.onopen = () => {
      clearTimeout(gone);
      gone = undefined;
      tell({ say: "open", missed });
      missed = false;
    };
    stream.onerror = () => {
      missed = true;
      gone ??= setTimeout(() => tell({ say: "lost" }), SHORT_BREAK);
      if (stream.readyState !== EventSource.CLOSED) return;
      tell({ say: "refused" });
      again = setTimeout(open, NEXT_TRY);
    };
    for (const name of NAMES) stream.addEventListener(name, ({ data }: MessageEvent<string>) => tell({ say: "event", event: JSON.parse(data) as LiveEvent }));
  };
  open();
  return () => {
    clearTimeout(gone);
    clearTimeout(again);
    stream.close();
  };
}
