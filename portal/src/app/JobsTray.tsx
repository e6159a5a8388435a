// Long work, wherever one is: how much runs, and each piece with its progress.
import { useEffect, useState } from "react";
import { Link, useLocation } from "react-router";
import { cx, Dialog, EmptyState, Icon, JobBar, Spinner } from "../house";
import { words } from "../words";
import { placeOf } from "./live";
import { running, shownJobs, useStore } from "./store";
import { shallowEqual } from "react-redux";

export function JobsButton() {
  const [open, setOpen] = useState(false);
  const jobs = useStore(shownJobs, shallowEqual);
  const moving = useStore(running, shallowEqual).length;
  const { pathname } = useLocation();
  useEffect(() => setOpen(false), [pathname]);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className={cx("flex min-h-11 items-center gap-2 rounded-lg px-3 text-sm hover:bg-hover", moving > 0 ? "text-accent" : "text-ink-2")}
      >
        {moving > 0 ? <Spinner /> : <Icon name="check" className="size-4" />}
        <span aria-live="polite">
          <span className="max-sm:sr-only">{words.jobs.running(moving)}</span>
          {moving > 0 && (
            <span aria-hidden="true" className="tabular-nums sm:hidden">
              {moving}
            </span>
          )}
        </span>
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title={words.jobs.title} side="right">
        {jobs.length === 0 ? (
          <EmptyState title={words.jobs.none}>{words.jobs.whileAway}</EmptyState>
        ) : (
          <div className="grid gap-3">
            {jobs.map((job) => {
              const place = placeOf(job);
              return <JobBar key={job.id} job={job} actions={place && <Link to={place.to} className="link inline-flex min-h-9 items-center text-sm">{place.text}</Link>} />;
            })}
            <p className="text-sm text-ink-2">{words.jobs.whileAway}</p>
          </div>
        )}
      </Dialog>
    </>
  );
}
