// The passphrase, how strong it is, or the decision to go without one.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button, CheckField, Meter, Notice, SecretField } from "../house";
import { words } from "../words";
import { strengthOf } from "./strength";

const say = words.firstRun;

export function PassphraseQuestion({ button, busy, refused, onChosen, onBack }: {
  button: string;
  busy: boolean;
  refused?: ReactNode;
  onChosen: (passphrase: string | null) => void;
  onBack: () => void;
}) {
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [without, setWithout] = useState(false);
  const [wrong, setWrong] = useState<"missing" | "differs" | null>(null);
  const level = strengthOf(passphrase);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (without) return onChosen(null);
    if (passphrase === "") return setWrong("missing");
    if (passphrase !== again) return setWrong("differs");
    setWrong(null);
    onChosen(passphrase);
  };
  return (
    <form onSubmit={submit} className="grid gap-5" noValidate>
      <p className="text-ink-2">{say.passLead}</p>
      {!without && (
        <>
          <div className="grid gap-2">
            <SecretField
              label={say.passLabel}
              hint={say.passHint}
              autoComplete="new-password"
              autoFocus
              value={passphrase}
              wrong={wrong === "missing" ? say.passMissing : null}
              onChange={(event) => setPassphrase(event.target.value)}
            />
            {passphrase !== "" && <Meter level={level} label={words.strength["label"] ?? ""} text={words.strength[level] ?? ""} />}
          </div>
          <SecretField
            label={say.passAgain}
            autoComplete="new-password"
            value={again}
            wrong={wrong === "differs" && again !== passphrase ? say.passDiffers : null}
            onChange={(event) => setAgain(event.target.value)}
          />
        </>
      )}
      <CheckField label={say.passNone} checked={without} onChange={(event) => setWithout(event.target.checked)} />
      {without && <Notice tone="warn" title={say.passNoneWhy} />}
      {refused}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" busy={busy}>
          {busy ? say.making : button}
        </Button>
        <Button kind="quiet" onClick={onBack} disabled={busy}>
          {words.common.back}
        </Button>
      </div>
    </form>
  );
}
