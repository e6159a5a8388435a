// Making a desk: market, passphrase, words, two of them asked back, ready. The words live in this component and nowhere else.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../api";
import { ProblemNotice, Steps } from "../house";
import { words } from "../words";
import { type MarketChoice, MarketQuestion } from "./MarketQuestion";
import { PassphraseQuestion } from "./PassphraseQuestion";
import { Ready } from "./Ready";
import { AskedBack, TheWords } from "./TheWords";
import { StepTitle } from "./StepTitle";

const say = words.firstRun;
const TITLES = [say.marketTitle, say.passTitle, say.wordsTitle, say.checkTitle, say.readyTitle];

export function MakeDesk({ onBegin, onBack, onEnd }: { onBegin: () => void; onBack: () => void; onEnd: () => void }) {
  const kept = useQueryClient();
  const [step, setStep] = useState(0);
  const [choice, setChoice] = useState<MarketChoice | null>(null);
  const [list, setList] = useState<string[]>([]);
  const [sealed, setSealed] = useState(true);
  const make = ask.useMutation("post", "/desk", {
    onSuccess: (made) => {
      setList(made.words);
      setSealed(made.desk.passphrase);
      setStep(2);
      void kept.invalidateQueries({ queryKey: ["get", "/session"] });
    },
  });
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
      {step === 2 && <TheWords list={list} onDone={() => setStep(3)} />}
      {step === 3 && (
        <AskedBack
          list={list}
          onBack={() => setStep(2)}
          onRight={() => {
            setList([]);
            make.reset();
            setStep(4);
          }}
        />
      )}
      {step === 4 && <Ready sealed={sealed} onEnd={onEnd} />}
    </>
  );
}
