// The 24 words, then two of them asked back.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button, Card, TextField } from "../house";
import { words } from "../words";
import { twoPlaces } from "./questions";

const say = words.firstRun;

export function TheWords({ list, onDone }: { list: string[]; onDone: () => void }) {
  return (
    <div className="grid gap-5">
      <p className="text-ink-2">{say.wordsLead}</p>
      <Card>
        <ol aria-label={say.wordsLabel} className="grid grid-flow-col grid-cols-2 grid-rows-12 gap-x-6 gap-y-1.5 sm:grid-cols-3 sm:grid-rows-8" translate="no">
          {list.map((word, index) => (
            <li key={index} className="flex items-baseline gap-3">
              <span className="w-6 text-right text-sm text-ink-3 tabular-nums">{index + 1}</span>
              <span className="font-mono font-medium">{word}</span>
            </li>
          ))}
        </ol>
      </Card>
      <ul className="grid list-disc gap-1 pl-5 text-sm text-ink-2">
        {say.wordsHow.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <div>
        <Button kind="primary" onClick={onDone}>
          {say.wordsDone}
        </Button>
      </div>
    </div>
  );
}

const drawn = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;

export function AskedBack({ list, busy, refused, onRight, onBack }: {
  list: string[];
  busy: boolean;
  refused?: ReactNode;
  onRight: () => void;
  onBack: () => void;
}) {
  const [places] = useState(() => twoPlaces(list.length, drawn));
  const [typed, setTyped] = useState(["", ""]);
  const [wrong, setWrong] = useState([false, false]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const misses = places.map((place, index) => typed[index]?.trim().toLowerCase() !== list[place]);
    setWrong(misses);
    if (!misses.includes(true)) onRight();
  };
  return (
    <form onSubmit={submit} className="grid gap-5" noValidate>
      <p className="text-ink-2">{say.checkLead}</p>
      {places.map((place, index) => (
        <TextField
          key={place}
          label={say.checkWord(place + 1)}
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={index === 0}
          value={typed[index] ?? ""}
          wrong={wrong[index] ? say.checkWrong(place + 1) : null}
          onChange={(event) => setTyped(typed.map((old, at) => (at === index ? event.target.value : old)))}
        />
      ))}
      {refused}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" busy={busy}>
          {words.common.next}
        </Button>
        <Button kind="quiet" onClick={onBack} disabled={busy}>
          {say.checkBack}
        </Button>
      </div>
    </form>
  );
}
