// Third step: what the buyer may do with it, and what it costs.
import { useState } from "react";
import { ChoiceField, SelectField, TextField } from "../house";
import { words } from "../words";
import { type Faults, termsFaults } from "./draft";
import { Step, type StepProps, toFirstFault } from "./step";

const say = words.sell;

export function TermsStep({ draft, change, choices, onBack, onNext }: StepProps) {
  const [tried, setTried] = useState(false);
  const found = termsFaults(draft);
  const faults: Faults = tried ? found : {};
  const licence = choices.licences.find((one) => one.code === draft.licence);
  const next = () => {
    setTried(true);
    if (Object.keys(found).length === 0) onNext();
    else toFirstFault();
  };
  return (
    <Step title={say.termsTitle} lead={say.termsLead} onBack={onBack} onNext={next}>
      <div>
        <SelectField
          label={say.licence}
          value={draft.licence}
          wrong={faults.licence}
          onChange={(event) => change({ licence: event.target.value })}
          choices={[{ value: "", text: say.choose }, ...choices.licences.map((one) => ({ value: one.code, text: one.name }))]}
        />
        {licence && (
          <ul className="mt-3 grid list-disc gap-1 pl-5 text-sm text-ink-2" aria-live="polite">
            {licence.words.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </div>
      <TextField label={say.price(choices.currencies[0] ?? "tUSD")} hint={say.priceHint} inputMode="decimal" className="max-w-60" value={draft.price} wrong={faults.price} onChange={(event) => change({ price: event.target.value })} />
      {choices.updates.length > 1 && (
        <ChoiceField label={say.updates} name="updates" value={draft.updates === "" ? (choices.updates[0]?.code ?? null) : draft.updates} onPick={(updates) => change({ updates })} choices={choices.updates.map((one) => ({ value: one.code, title: one.code, body: one.sentence }))} />
      )}
      {choices.presets.length > 1 && (
        <ChoiceField
          label={say.preset}
          hint={say.presetHint}
          name="preset"
          value={draft.preset === "" ? "aggregates" : draft.preset}
          onPick={(preset) => change({ preset })}
          choices={choices.presets.map((one) => ({ value: one.code, title: say.presets[one.code as keyof typeof say.presets] ?? one.code, body: one.sentence }))}
        />
      )}
    </Step>
  );
}
