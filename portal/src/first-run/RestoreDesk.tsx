// Bringing a desk back: words and perhaps a backup, market, passphrase, ready.
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answered, desk, faultOf, type Shape } from "../api";
import { AreaField, Button, FileDrop, Notice, Progress, ProblemNotice, Steps } from "../house";
import { words } from "../words";
import { sendFile } from "../api/upload";
import { type MarketChoice, MarketQuestion } from "./MarketQuestion";
import { PassphraseQuestion } from "./PassphraseQuestion";
import { typedWords } from "./questions";
import { Ready } from "./Ready";
import { StepTitle } from "./StepTitle";

const say = words.firstRun;
const TITLES = [say.restoreTitle, say.marketTitle, say.passTitle, say.restoredTitle];

export function RestoreDesk({ onBegin, onBack, onEnd }: { onBegin: () => void; onBack: () => void; onEnd: () => void }) {
  const kept = useQueryClient();
  const [step, setStep] = useState(0);
  const [text, setText] = useState("");
  const [backup, setBackup] = useState<File | null>(null);
  const [choice, setChoice] = useState<MarketChoice | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [back, setBack] = useState<Shape<"RestoredView"> | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const list = typedWords(text);
  const restore = async (passphrase: string | null) => {
    onBegin();
    setBusy(true);
    setRefused(null);
    try {
      const file = backup && (await sendFile(backup, (done) => setSent(done)));
      const restored = await answered(
        desk.POST("/desk/restore", { body: { words: list.join(" "), market: choice?.market ?? null, proxy: choice?.proxy ?? null, passphrase, backup: file?.file ?? null } }),
      );
      setText("");
      setBack(restored);
      setStep(3);
      void kept.invalidateQueries({ queryKey: ["get", "/session"] });
    } catch (thrown) {
      setRefused(thrown);
      if (faultOf(thrown, "words")) setStep(0);
    } finally {
      setBusy(false);
      setSent(null);
    }
  };
  return (
    <>
      <Steps titles={say.restoreSteps} current={step} />
      <StepTitle>{TITLES[step]}</StepTitle>
      {step === 0 && (
        <form
          className="grid gap-5"
          noValidate
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            if (list.length === 24) setStep(1);
          }}
        >
          <p className="text-ink-2">{say.restoreLead}</p>
          <AreaField
            label={say.restoreLabel}
            hint={say.restoreCount(list.length)}
            rows={4}
            autoCapitalize="none"
            autoComplete="off"
            autoFocus
            spellCheck={false}
            value={text}
            wrong={faultOf(refused, "words")}
            onChange={(event) => setText(event.target.value)}
          />
          <FileDrop label={say.restoreBackup} hint={say.restoreBackupHint} chosen={backup} onFile={setBackup} />
          <div className="flex flex-wrap gap-2">
            <Button type="submit" kind="primary" disabled={list.length !== 24}>
              {words.common.next}
            </Button>
            <Button kind="quiet" onClick={onBack}>
              {words.common.back}
            </Button>
          </div>
        </form>
      )}
      {step === 1 && (
        <MarketQuestion
          kept={choice}
          lead={backup ? say.restoreMarketLead : say.marketLead}
          canSkip={backup !== null}
          onBack={() => setStep(0)}
          onChosen={(chosen) => {
            setChoice(chosen);
            setStep(2);
          }}
        />
      )}
      {step === 2 && (
        <>
          <PassphraseQuestion
            button={say.restoreIt}
            busy={busy}
            refused={refused != null && <ProblemNotice problem={refused} />}
            onBack={() => setStep(1)}
            onChosen={(passphrase) => void restore(passphrase)}
          />
          {sent !== null && backup && <Progress className="mt-4" done={sent} total={backup.size} label={say.restoring} />}
        </>
      )}
      {step === 3 && back && (
        <>
          <Notice tone="good" live title={back.records != null ? say.restoredRecords(back.records) : say.restoredTitle}>
            {say.restoredJob}
          </Notice>
          <div className="mt-6">
            <Ready sealed={back.desk.passphrase} restored onEnd={onEnd} />
          </div>
        </>
      )}
    </>
  );
}
