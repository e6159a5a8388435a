// The page was closed before the words were confirmed: they are shown again, after the passphrase.
import { type FormEvent, useState } from "react";
import { ask } from "../api";
import { Button, Notice, ProblemNotice, SecretField } from "../house";
import { words } from "../words";

const say = words.firstRun;

export function WordsAgain({ sealed, onShown }: { sealed: boolean; onShown: (list: string[]) => void }) {
  const [passphrase, setPassphrase] = useState("");
  const show = ask.useMutation("post", "/desk/words", {
    onSuccess: (shown) => {
      setPassphrase("");
      show.reset();
      onShown(shown.words);
    },
    onError: () => setPassphrase(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!sealed || passphrase !== "") show.mutate({ body: { passphrase: sealed ? passphrase : null } });
  };
  return (
    <form onSubmit={submit} className="grid gap-5" noValidate>
      <Notice tone="warn" title={say.wordsLeft}>
        {say.wordsLeftWhy}
      </Notice>
      {sealed && <SecretField label={words.session.passphrase} autoComplete="current-password" autoFocus value={passphrase} onChange={(event) => setPassphrase(event.target.value)} />}
      {show.error && <ProblemNotice problem={show.error} />}
      <div>
        <Button type="submit" kind="primary" busy={show.isPending}>
          {say.wordsShow}
        </Button>
      </div>
    </form>
  );
}
