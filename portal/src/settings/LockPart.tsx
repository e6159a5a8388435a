import { useQueryClient } from "@tanstack/react-query";
import { ask, type Shape } from "../api";
import { said, useTell } from "../app/store";
import { Card, Notice, ProblemNotice, Section, SelectField } from "../house";
import { words } from "../words";

const say = words.settings;
const CHOICES = [60, 300, 900, 1800, 3600, 14_400, 86_400];

const spoken = (seconds: number): string => (seconds < 3600 ? say.lockMinutes(Math.round(seconds / 60)) : say.lockHours(Math.round(seconds / 3600)));

/** After how long away the pages lock. */
export function LockPart({ view }: { view: Shape<"DeskView"> }) {
  const kept = useQueryClient();
  const tell = useTell();
  const change = ask.useMutation("patch", "/desk", {
    onSuccess: () => {
      for (const path of ["/desk", "/session"]) void kept.invalidateQueries({ queryKey: ["get", path] });
      tell(said({ tone: "good", text: say.saved }));
    },
  });
  const held = view.idle_lock_s;
  const choices = CHOICES.includes(held) ? CHOICES : [...CHOICES, held].sort((a, b) => a - b);
  return (
    <Section title={say.lock} lead={say.lockLead}>
      <Card className="grid gap-4">
        <SelectField
          label={say.lockAfter}
          value={String(change.isPending ? (change.variables.body.idle_lock_s ?? held) : held)}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ body: { idle_lock_s: Number(event.target.value) } })}
          choices={choices.map((seconds) => ({ value: String(seconds), text: spoken(seconds) }))}
          className="max-w-xs"
        />
        {!view.desk.passphrase && <Notice tone="warn">{say.lockWithout}</Notice>}
        {change.error && <ProblemNotice problem={change.error} />}
      </Card>
    </Section>
  );
}
