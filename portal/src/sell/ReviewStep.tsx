// Last step: everything once more, and what happens next.
import { ask, asProblem } from "../api";
import { Card, Facts, Money, ProblemNotice } from "../house";
import { plain, words } from "../words";
import { asForm, chosenPreset, chosenUpdates, tagsOf } from "./draft";
import { Step, type StepProps } from "./step";
import { useChecked } from "./useChecked";

const say = words.sell;

export function ReviewStep({ draft, choices, onBack, onBegun }: StepProps & { onBegun: (job: string) => void }) {
  const checked = useChecked(draft);
  const sell = ask.useMutation("post", "/goods", { onSuccess: (answer) => onBegun(answer.job) });
  const licence = choices.licences.find((one) => one.code === draft.licence);
  const closed = draft.redactAll ? say.allClosed : draft.redact.length > 0 ? plain.list(draft.redact) : words.common.none;
  const there = checked.data;
  const updates = chosenUpdates(draft, choices);
  const preset = chosenPreset(draft, choices);
  return (
    <Step title={say.reviewTitle} lead={say.reviewLead} onBack={onBack} onNext={() => sell.mutate({ body: asForm(draft, choices) })} next={say.putUp} busy={sell.isPending}>
      <Card>
        <Facts
          items={[
            [say.listingTitle, draft.title],
            draft.abstract.trim() !== "" && [say.abstract, <span key="abstract" className="whitespace-pre-line">{draft.abstract}</span>],
            [say.category, words.titled(draft.category)],
            draft.tags.trim() !== "" && [say.tags, tagsOf(draft.tags).join(", ")],
            there !== undefined && [say.file, words.buy.size(plain.bytes(there.bytes), there.rows)],
            [say.licence, licence?.name ?? draft.licence],
            [say.priceShort, <Money key="price" amount={plain.typedAmount(draft.price) ?? draft.price} currency={choices.currencies[0] ?? "tUSD"} />],
            updates !== undefined && [say.updates, updates.sentence],
            preset !== undefined && [
              say.preset,
              <span key="preset">
                <span className="block">{say.presets[preset.code as keyof typeof say.presets] ?? preset.code}</span>
                <span className="block text-sm text-ink-2">{preset.sentence}</span>
              </span>,
            ],
            [say.close, closed],
            draft.filled.length > 0 && [say.promised, plain.list(draft.filled)],
          ]}
        />
      </Card>
      <ol className="grid list-decimal gap-1.5 pl-5 text-sm text-ink-2">
        {say.whatHappens.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
      {sell.error && (
        <div className="grid gap-2">
          <ProblemNotice problem={sell.error} />
          {(asProblem(sell.error).fields?.length ?? 0) > 0 && (
            <ul className="grid list-disc gap-1 pl-5 text-sm text-bad">
              {asProblem(sell.error).fields?.map((fault) => (
                <li key={fault.field}>
                  {fault.field}: {fault.sentence}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Step>
  );
}
