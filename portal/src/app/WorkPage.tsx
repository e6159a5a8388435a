// All long work since the desk was started.
import { shallowEqual } from "react-redux";
import { EmptyState, JobBar, LinkButton, Page } from "../house";
import { words } from "../words";
import { placeOf } from "./live";
import { shownJobs, useStore } from "./store";

export function WorkPage() {
  const jobs = useStore(shownJobs, shallowEqual);
  return (
    <Page title={words.jobs.title} lead={words.jobs.whileAway} narrow>
      {jobs.length === 0 ? (
        <EmptyState icon="check" title={words.jobs.none} />
      ) : (
        <div className="grid gap-4">
          {jobs.map((job) => {
            const place = placeOf(job);
            return (
              <JobBar
                key={job.id}
                job={job}
                actions={
                  place && (
                    <LinkButton small to={place.to}>
                      {place.text}
                    </LinkButton>
                  )
                }
              />
            );
          })}
        </div>
      )}
    </Page>
  );
}
