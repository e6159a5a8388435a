// Money that lies in a pool the market has closed: it is safe, and has to cross before it can be spent.
import { type FormEvent, useEffect, useState } from "react";
import { shallowEqual } from "react-redux";
import { ask, type Shape } from "../api";
import { said, shownJobs, useStore, useTell } from "../app/store";
import { Button, ChoiceField, Dialog, JobBar, Money, Notice, ProblemNotice, TextField } from "../house";
import { words } from "../words";
import { USUAL_HOURS, crossingOf, type Pace } from "./pace";

const say = words.wallet;

export function Crossing({ pools, currency }: { pools: Shape<"OldPool">[]; currency: string }) {
  const [open, setOpen] = useState(false);
  const [work] = useStore((state) => shownJobs(state).filter((job) => job.kind === "cross"), shallowEqual);
  const moving = work?.state === "running" || work?.state === "waiting";
  if (pools.length === 0 && !work) return null;
  return (
    <div className="mb-4 grid gap-3">
      {pools.length > 0 && (
        <Notice
          tone="warn"
          title={say.oldTitle}
          actions={
            !moving && (
              <Button small kind="primary" onClick={() => setOpen(true)}>
                {say.cross}
              </Button>
            )
          }
        >
          <p>{say.oldLead}</p>
          <ul className="mt-2">
            {pools.map((pool) => (
              <li key={pool.pool}>
                {say.oldLine(pool.generation)}: <Money amount={pool.balance} currency={currency} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {work && <JobBar job={work}>{work.result?.remark}</JobBar>}
      <Dialog open={open} onClose={() => setOpen(false)} firm title={say.crossTitle}>
        <CrossForm pools={pools} currency={currency} onBegun={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}

function CrossForm({ pools, currency, onBegun }: { pools: Shape<"OldPool">[]; currency: string; onBegun: () => void }) {
  const [pace, setPace] = useState<Pace>("spread");
  const [hours, setHours] = useState(String(USUAL_HOURS));
  const [wrong, setWrong] = useState<string | null>(null);
  const tell = useTell();
  const cross = ask.useMutation("post", "/wallet/cross", {
    onSuccess: () => {
      tell(said({ tone: "good", text: say.crossBegun, link: { to: "/work", text: words.live.see } }));
      onBegun();
    },
  });
  const { reset } = cross;
  useEffect(() => reset, [reset]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = crossingOf(pace, hours);
    setWrong(body === null ? say.crossHoursWrong : null);
    if (body !== null) cross.mutate({ body });
  };
  return (
    <form onSubmit={submit} className="grid gap-5" noValidate>
      <p className="text-ink-2">{say.crossLesson}</p>
      <div>
        <h3 className="text-base">{say.crossPublic}</h3>
        <ul className="mt-2 flex flex-wrap gap-2">
          {pools.flatMap((pool) =>
            pool.tiers.map((tier, place) => (
              <li key={`${pool.pool}/${String(place)}`} className="rounded-md bg-sunken px-2 py-1">
                <Money amount={tier} currency={currency} />
              </li>
            )),
          )}
        </ul>
      </div>
      <ChoiceField
        label={say.crossPace}
        name="pace"
        value={pace}
        onPick={setPace}
        choices={[
          { value: "spread", title: say.crossSpread, body: say.crossSpreadWhy },
          { value: "now", title: say.crossNow, body: say.crossNowWhy },
        ]}
      />
      {pace === "spread" && <TextField label={say.crossHours} inputMode="numeric" className="max-w-60" value={hours} wrong={wrong} onChange={(event) => setHours(event.target.value)} />}
      {cross.error && <ProblemNotice problem={cross.error} />}
      <Button type="submit" kind="primary" busy={cross.isPending}>
        {say.cross}
      </Button>
    </form>
  );
}
