import { Card, Section, When } from "../house";
import { words } from "../words";
import { BackupButton } from "./BackupButton";

const say = words.settings;

export function BackupPart({ last }: { last: string | null }) {
  return (
    <Section title={say.backup} lead={say.backupLead} id="backup">
      <Card className="grid gap-4">
        <p className={last ? "text-ink-2" : "text-warn"}>
          {last ? (
            <>
              {say.backupLast} <When at={last} />
            </>
          ) : (
            say.backupNever
          )}
        </p>
        <BackupButton />
      </Card>
    </Section>
  );
}
