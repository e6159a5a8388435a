// Second step: what it is, in words that somebody who looks for it would use.
import { useState } from "react";
import { AreaField, SelectField, TextField } from "../house";
import { plain, words } from "../words";
import { describedFaults, type Faults } from "./draft";
import { Step, type StepProps, toFirstFault } from "./step";

const say = words.sell;

export function DescribeStep({ draft, change, choices, onBack, onNext }: StepProps) {
  const [tried, setTried] = useState(false);
  const found = describedFaults(draft, choices);
  const faults: Faults = tried ? found : {};
  const next = () => {
    setTried(true);
    if (Object.keys(found).length === 0) onNext();
    else toFirstFault();
  };
  return (
    <Step title={say.whatTitle} lead={say.whatLead} onBack={onBack} onNext={next}>
      <TextField label={say.listingTitle} hint={say.listingTitleHint} maxLength={choices.title_most * 2} value={draft.title} wrong={faults.title} onChange={(event) => change({ title: event.target.value })} />
      <AreaField
        label={say.abstract}
        hint={say.abstractHint}
        optional
        value={draft.abstract}
        wrong={faults.abstract}
        onChange={(event) => change({ abstract: event.target.value })}
      />
      <p className="-mt-4 text-right text-sm text-ink-2" aria-hidden="true">
        {words.common.of(plain.number([...draft.abstract].length), plain.number(choices.abstract_most))}
      </p>
      <SelectField
        label={say.category}
        value={draft.category}
        wrong={faults.category}
        onChange={(event) => change({ category: event.target.value })}
        choices={[{ value: "", text: say.choose }, ...choices.categories.map((category) => ({ value: category, text: words.titled(category) }))]}
      />
      <TextField label={say.tags} hint={say.tagsHint(choices.tags_most)} optional value={draft.tags} wrong={faults.tags} onChange={(event) => change({ tags: event.target.value })} />
    </Step>
  );
}
