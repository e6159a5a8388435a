// One piece of long work: what it is about, where it is, how far, and how to stop it.
import { type ReactNode, useState } from "react";
import { type Job, useTell, jobHidden, jobMoved, said } from "../app/store";
import { ask } from "../api/client";
import { asProblem } from "../api/problem";
import { plain, words } from "../words";
import { Button } from "./Button";
import { Badge } from "./Card";
import { Dialog } from "./Dialog";
import { useNow } from "./Money";
import { ProblemNotice } from "./Notice";
import { Progress } from "./Progress";

const STATES = {
  running: { tone: "accent", text: words.jobs.running1 },
  waiting: { tone: "warn", text: words.jobs.waiting },
  done: { tone: "good", text: words.jobs.done },
  failed: { tone: "bad", text: words.jobs.failed },
  cancelled: { tone: "plain", text: words.jobs.cancelled },
} as const;

const counted = (job: Job): string | null => {
  if (job.done == null) return null;
  const say = (n: number) => (job.unit === "bytes" ? plain.bytes(n) : job.unit === "rows" ? words.jobs.rows(n) : plain.number(n));
  return job.total ? words.common.of(say(job.done), say(job.total)) : say(job.done);
};

/** `children`: what there is to say about work that is done. */
export function JobBar({ job, actions, bare, children }: { job: Job; actions?: ReactNode; bare?: boolean; children?: ReactNode }) {
  const moving = job.state === "running" || job.state === "waiting";
  const now = useNow(moving);
  const [asking, setAsking] = useState(false);
  const tell = useTell();
  const cancel = ask.useMutation("delete", "/jobs/{id}", {
    onSuccess: (answer) => {
      setAsking(false);
      tell(jobMoved(answer.job));
      tell(said({ tone: "plain", text: `${answer.money} ${answer.next}` }));
    },
    onError: (thrown) => {
      setAsking(false);
      tell(said({ tone: "bad", text: asProblem(thrown).title }));
    },
  });
  const state = STATES[job.state];
  const far = counted(job);
  const took = (now - new Date(job.stage_since).getTime()) / 1000;
  return (
    <article aria-label={job.title} className={bare ? "min-w-0" : "min-w-0 rounded-xl border border-line bg-surface p-4 shadow-raised"}>
      <div className="flex items-baseline justify-between gap-3">
        <p className="min-w-0 font-semibold wrap-anywhere">{job.title}</p>
        <Badge tone={state.tone}>{state.text}</Badge>
      </div>
      {moving && (
        <>
          <p className="mt-1 text-sm text-ink-2">{job.stage}</p>
          <Progress done={job.done} total={job.total} label={job.stage} className="mt-2.5" />
          <p className="mt-1.5 flex flex-wrap justify-between gap-x-3 text-sm text-ink-2 tabular-nums">
            <span>{far}</span>
            {took > 2 && <span>{words.common.took(took)}</span>}
          </p>
        </>
      )}
      {!moving && job.state !== "failed" && job.stage && <p className="mt-1 text-sm text-ink-2">{job.stage}</p>}
      {job.state === "done" && children != null && <p className="mt-1 text-sm text-ink-2">{children}</p>}
      {job.problem && <ProblemNotice problem={job.problem} className="mt-3" />}
      <div className="mt-2 -mb-1 flex flex-wrap items-center gap-x-4 gap-y-1 empty:hidden">
        {actions}
        {moving && job.can_cancel && (
          <Button small kind="quiet" onClick={() => setAsking(true)}>
            {words.jobs.cancel}
          </Button>
        )}
        {!moving && !bare && (
          <Button small kind="quiet" onClick={() => tell(jobHidden(job.id))}>
            {words.jobs.dismiss}
          </Button>
        )}
      </div>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={words.jobs.cancelTitle}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{words.jobs.keep}</Button>
            <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate({ params: { path: { id: job.id } } })}>
              {words.jobs.cancel}
            </Button>
          </>
        }
      >
        <p className="text-ink-2">{words.jobs.cancelLesson}</p>
      </Dialog>
    </article>
  );
}
