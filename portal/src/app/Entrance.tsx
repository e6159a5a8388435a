// What is seen from outside: no session, a locked desk, a desk that does not answer.
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ask, asProblem, type Problem } from "../api";
import { Button, Card, CopyLine, ProblemNotice, Said, SecretField, Spinner } from "../house";
import { useNow } from "../house/Money";
import { NoPrf, passkeyPlace, proveWithPasskey } from "../settings/passkey";
import { words } from "../words";
import { SESSION, type Session } from "./session";
import { forgotten, useTell } from "./store";

export function Entrance({ title, children, wide }: { title: string; children: ReactNode; wide?: boolean }) {
  useEffect(() => {
    document.title = `${title} · ${words.brand}`;
  }, [title]);
  return (
    <main className={`mx-auto grid min-h-dvh w-full content-center gap-6 px-4 py-10 ${wide ? "max-w-2xl" : "max-w-md"}`}>
      <p className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <img src="/mark.svg" alt="" className="size-8" />
        {words.brand}
      </p>
      <h1 className="text-3xl">{title}</h1>
      {children}
    </main>
  );
}

export function Opening() {
  return (
    <main className="grid min-h-dvh place-content-center" role="status">
      <p className="flex items-center gap-3 text-ink-2">
        <Spinner /> {words.session.opening}
      </p>
    </main>
  );
}

export function NoSession({ refused }: { refused: boolean }) {
  return (
    <Entrance title={words.session.noneTitle}>
      {refused && <ProblemNotice problem={{ code: "link", title: words.session.tokenRefused }} />}
      <p className="text-ink-2">{words.session.none}</p>
      <Card>
        <ol className="grid list-decimal gap-2 pl-5 marker:text-ink-3">
          {words.session.noneSteps.map((step) => (
            <li key={step}>
              <Said text={step} />
            </li>
          ))}
        </ol>
      </Card>
      <div className="grid gap-2">
        <p className="text-sm text-ink-2">{words.session.noneNotRunning}</p>
        <CopyLine text="tacit desk" />
      </div>
    </Entrance>
  );
}

export function NoDesk({ problem }: { problem: Problem }) {
  return (
    <Entrance title={words.problem.noAnswerTitle}>
      <ProblemNotice problem={problem} />
      <CopyLine text="tacit desk" />
    </Entrance>
  );
}

export function Locked({ session }: { session: Session }) {
  const kept = useQueryClient();
  const tell = useTell();
  // What the pages knew is not kept while they are locked.
  useEffect(() => {
    kept.removeQueries({ predicate: ({ queryKey }) => queryKey[1] !== "/session" });
    tell(forgotten());
  }, [kept, tell]);
  const [passphrase, setPassphrase] = useState("");
  const [refused, setRefused] = useState<unknown>(null);
  const [until, setUntil] = useState(0);
  const now = useNow(until > 0);
  const waits = Math.max(0, Math.ceil((until - now) / 1000));
  const unlock = ask.useMutation("post", "/unlock", {
    onSuccess: (opened) => {
      setPassphrase("");
      kept.setQueryData(SESSION, opened);
      void kept.invalidateQueries();
    },
    onError: (thrown) => {
      setPassphrase("");
      setRefused(thrown);
      const wait = asProblem(thrown).retry_after_s;
      setUntil(wait ? Date.now() + wait * 1000 : 0);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (waits > 0 || passphrase === "") return;
    setRefused(null);
    unlock.mutate({ body: { passphrase } });
  };
  const withPasskey = async () => {
    setRefused(null);
    try {
      unlock.mutate({ body: { passkey: await proveWithPasskey() } });
    } catch (thrown) {
      // What the browser or the key declined is one thing; what the desk said is another.
      const declined = thrown instanceof DOMException || thrown instanceof NoPrf;
      setRefused(declined ? { code: "passkey", title: words.session.passkeyFailed } : thrown);
    }
  };
  const place = passkeyPlace();
  return (
    <Entrance title={words.session.lockedTitle}>
      <p className="text-ink-2">{session.working ? words.session.locked : words.session.lockedStart}</p>
      <Card>
        <form onSubmit={submit} className="grid gap-4">
          <SecretField label={words.session.passphrase} autoComplete="current-password" autoFocus value={passphrase} onChange={(event) => setPassphrase(event.target.value)} />
          {refused != null && <ProblemNotice problem={refused} />}
          {waits > 0 && <p className="text-sm text-ink-2">{words.session.waitBefore(waits)}</p>}
          <Button type="submit" kind="primary" busy={unlock.isPending} disabled={waits > 0}>
            {words.session.unlock}
          </Button>
          {(session.desk?.passkeys ?? 0) > 0 && place === "here" && (
            <Button icon="key" onClick={() => void withPasskey()}>
              {words.session.passkey}
            </Button>
          )}
          {(session.desk?.passkeys ?? 0) > 0 && place === "elsewhere" && <p className="text-sm text-ink-2">{words.session.passkeyElsewhere}</p>}
        </form>
      </Card>
      <p className="text-sm text-ink-2">
        <Said text={words.session.forgotten} />
      </p>
    </Entrance>
  );
}
