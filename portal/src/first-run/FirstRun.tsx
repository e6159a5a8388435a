// What a person sees before there is a desk: make one, or bring one back.
import { useEffect, useState } from "react";
import type { Session } from "../app/session";
import { Icon, type IconName } from "../house";
import { words } from "../words";
import { MakeDesk } from "./MakeDesk";
import { RestoreDesk } from "./RestoreDesk";

const say = words.firstRun;

/**
 * `onBegin` when the desk is about to be made, `onEnd` when the person has seen everything: between the two it stays.
 * `left` is the session of a desk that was left before its words were confirmed: it goes on there.
 */
export function FirstRun({ left, onBegin, onEnd }: { left: Session | null; onBegin: () => void; onEnd: () => void }) {
  const [way, setWay] = useState<"make" | "restore" | null>(left ? "make" : null);
  useEffect(() => {
    document.title = `${say.welcome} · ${words.brand}`;
  }, []);
  const back = () => setWay(null);
  return (
    <main className="mx-auto min-h-dvh w-full max-w-2xl px-4 py-10 sm:py-16">
      <p className="mb-8 flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <img src="/mark.svg" alt="" className="size-8" />
        {words.brand}
      </p>
      {way === null && (
        <div className="grid gap-6">
          <h1 className="text-4xl">{say.welcome}</h1>
          <p className="text-lg text-ink-2">{say.lead}</p>
          <div className="grid gap-3">
            <Choice icon="plus" title={say.make} body={say.makeWhy} onPick={() => setWay("make")} />
            <Choice icon="key" title={say.restore} body={say.restoreWhy} onPick={() => setWay("restore")} />
          </div>
        </div>
      )}
      {way === "make" && <MakeDesk left={left} onBegin={onBegin} onBack={back} onEnd={onEnd} />}
      {way === "restore" && <RestoreDesk onBegin={onBegin} onBack={back} onEnd={onEnd} />}
    </main>
  );
}

function Choice({ icon, title, body, onPick }: { icon: IconName; title: string; body: string; onPick: () => void }) {
  return (
    <button type="button" onClick={onPick} className="flex items-center gap-4 rounded-xl border border-line bg-surface p-5 text-left shadow-raised transition-colors hover:border-accent">
      <span className="grid size-11 shrink-0 place-items-center rounded-full bg-accent-soft text-accent-strong">
        <Icon name={icon} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block text-lg font-semibold">{title}</span>
        <span className="block text-ink-2">{body}</span>
      </span>
      <Icon name="right" className="size-5 text-ink-3" />
    </button>
  );
}
