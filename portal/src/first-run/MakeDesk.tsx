// Making a desk: market, passphrase, words, two of them asked back, ready. In the pages the words live in this component only.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ask } from "../api";
import type { Session } from "../app/session";
import { ProblemNotice, Steps } from "../house";
import { words } from "../words";
import { type MarketChoice, MarketQuestion } from "./MarketQuestion";
import { PassphraseQuestion } from "./PassphraseQuestion";
import { Ready } from "./Ready";
import { AskedBack, TheWords } from "./TheWords";
import { StepTitle } from "./StepTitle";
import { WordsAgain } from "./WordsAgain";

const say = words.firstRun;
const TITLES = [say.marketTitle, say.passTitle, say.wordsTitle, say.checkTitle, say.readyTitle];

export function MakeDesk({ left, onBegin, onBack, onEnd }: { left: Session | null; onBegin: () => void; onBack: () => void; onEnd: () => void }) {
  const kept = useQueryClient();
  const [step, setStep] = useState(left ? 2 : 0);
  const [choice, setChoice] = useState<MarketChoice | null>(null);
  const [list, setList] = useState<string[]>([]);
  const [sealed, setSealed] = useState(left?.desk?.passphrase ?? true);
  const make = ask.useMutation("post", "/desk", {
    onSuccess: (made) => {
      setList(made.words);
      setSealed(made.desk.passphrase);
      setStep(2);
      void kept.invalidateQueries({ queryKey: ["get", "/session"] });
    },
  });
  // Until then a reload leads back to the words: the desk keeps them sealed.
  const confirm = ask.useMutation("delete", "/desk/words", {
    onSuccess: () => {
      setList([]);
      make.reset();
      setStep(4);
      void kept.invalidateQueries({ queryKey: ["get", "/session"] });
    },
  });
  useLeavingAsks(make.isPending || (list.length > 0 && step < 4));
  return (
    <>
      <Steps titles={say.steps} current={step} />
      <StepTitle>{TITLES[step]}</StepTitle>
      {step === 0 && (
        <MarketQuestion
          kept={choice}
          lead={say.marketLead}
          onBack={onBack}
          onChosen={(chosen) => {
            setChoice(chosen);
            setStep(1);
          }}
        />
      )}
      {step === 1 && choice && (
        <PassphraseQuestion
          button={say.makeIt}
          busy={make.isPending}
          refused={make.error && <ProblemNotice problem={make.error} />}
          onBack={() => setStep(0)}
          onChosen={(passphrase) => {
            onBegin();
            make.mutate({ body: { ...choice, passphrase } });
          }}
        />
      )}
      {step === 2 && list.length > 0 && <TheWords list={list} onDone={() => setStep(3)} />}
      {step === 2 && list.length === 0 && (
        <WordsAgain
          sealed={sealed}
          onShown={(again) => {
            onBegin();
            setList(again);
          }}
        />
      )}
      {step === 3 && (
        <AskedBack
          list={list}
          busy={confirm.isPending}
          refused={confirm.error && <ProblemNotice problem={confirm.error} />}
          onBack={() => setStep(2)}
          onRight={() => confirm.mutate({})}
        />
      )}
      {step === 4 && <Ready sealed={sealed} onEnd={onEnd} />}
    </>
  );
}

/** The browser asks before the page is closed or loaded again. */
function useLeavingAsks(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [active]);
}
