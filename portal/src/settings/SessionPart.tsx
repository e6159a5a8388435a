import { useQueryClient } from "@tanstack/react-query";
import { ask } from "../api";
import { Button, Card, CopyLine, ProblemNotice, Section } from "../house";
import { plain, words } from "../words";

const say = words.settings;

/** A link for another browser, and the end of this session. */
export function SessionPart() {
  const kept = useQueryClient();
  const link = ask.useMutation("post", "/links");
  const end = ask.useMutation("delete", "/session", {
    onSuccess: () => {
      kept.clear();
      location.assign("/");
    },
  });
  return (
    <Section title={say.links} lead={say.linksLead}>
      <Card className="grid gap-4">
        {link.data ? (
          <div className="grid gap-2" aria-live="polite">
            <CopyLine text={link.data.link} />
            <p className="text-sm text-ink-2">{say.linksUntil(plain.dateTime(link.data.until))}</p>
          </div>
        ) : (
          <div>
            <Button busy={link.isPending} onClick={() => link.mutate({})}>
              {say.linksMake}
            </Button>
          </div>
        )}
        {link.error && <ProblemNotice problem={link.error} />}
        <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
          <p className="min-w-48 flex-1 text-sm text-ink-2">{say.endLead}</p>
          <Button kind="danger" busy={end.isPending} onClick={() => end.mutate({})}>
            {say.end}
          </Button>
        </div>
        {end.error && <ProblemNotice problem={end.error} />}
      </Card>
    </Section>
  );
}
