// A listing in five steps: the file, what it is, licence and price, the sample, one last look.
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { ask } from "../api";
import { said, useTell } from "../app/store";
import { Answered, Page, SkeletonRows, Steps } from "../house";
import { words } from "../words";
import { keepBegun, keepDraft, keepStep, keptDraft, keptStep, type Draft } from "./draft";
import { DescribeStep } from "./DescribeStep";
import { FileStep } from "./FileStep";
import { ReviewStep } from "./ReviewStep";
import { SampleStep } from "./SampleStep";
import { TermsStep } from "./TermsStep";

const say = words.sell;

export function SellPage() {
  const [draft, setDraft] = useState<Draft>(keptDraft);
  const [step, setStep] = useState(keptStep);
  const choices = ask.useQuery("get", "/choices", {}, { staleTime: Infinity });
  const go = useNavigate();
  const tell = useTell();
  useEffect(() => keepDraft(draft), [draft]);
  const change = (part: Partial<Draft>) => setDraft((held) => ({ ...held, ...part }));
  const to = (next: number) => {
    setStep(next);
    keepStep(next);
    window.scrollTo({ top: 0 });
  };
  const begun = (job: string) => {
    keepBegun({ job, draft });
    keepDraft(null);
    tell(said({ tone: "good", text: say.begun, link: { to: "/work", text: words.live.see } }));
    void go("/goods");
  };
  const current = draft.source === null ? 0 : step;
  return (
    <Page title={say.title} lead={say.lead} narrow>
      <Steps titles={[...say.steps]} current={current} onGo={to} />
      <Answered query={choices} bones={<SkeletonRows rows={4} />}>
        {(there) => {
          const shared = { draft, change, choices: there, onBack: () => to(current - 1), onNext: () => to(current + 1) };
          switch (current) {
            case 0:
              return <FileStep {...shared} />;
            case 1:
              return <DescribeStep {...shared} />;
            case 2:
              return <TermsStep {...shared} />;
            case 3:
              return <SampleStep {...shared} />;
            default:
              return <ReviewStep {...shared} onBegun={begun} />;
          }
        }}
      </Answered>
    </Page>
  );
}
