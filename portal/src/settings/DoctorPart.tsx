import { ask } from "../api";
import { Answered, Badge, Button, Notice, Said, Section } from "../house";
import { words } from "../words";

const say = words.settings;

/** What works on this machine, as `tacit doctor` says it. */
export function DoctorPart() {
  const doctor = ask.useQuery("get", "/doctor");
  return (
    <Section
      title={say.doctor}
      actions={
        <Button small busy={doctor.isFetching} onClick={() => void doctor.refetch()}>
          {say.doctorAgain}
        </Button>
      }
    >
      <Answered query={doctor}>
        {(there) => (
          <div className="grid gap-3">
            <Notice tone={there.ok ? "good" : "bad"} title={there.ok ? say.doctorOk : say.doctorNotOk} />
            <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
              {there.findings.map((finding) => (
                <li key={finding.what} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 py-3">
                  <span className="font-medium first-letter:uppercase inline-block">{finding.what}</span>
                  <Badge tone={finding.works ? "good" : finding.needed ? "bad" : "plain"}>{finding.works ? say.doctorWorks : finding.needed ? say.doctorNeeded : say.doctorOptional}</Badge>
                  <span className="w-full text-sm wrap-anywhere text-ink-2"><Said text={finding.says} /></span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </Answered>
    </Section>
  );
}
