// Settings, one part below the other; what can be changed is changed at once.
import { ask } from "../api";
import { Answered, Page } from "../house";
import { words } from "../words";
import { AppearancePart } from "./AppearancePart";
import { BackupPart } from "./BackupPart";
import { DoctorPart } from "./DoctorPart";
import { LockPart } from "./LockPart";
import { NetworkPart } from "./NetworkPart";
import { PasskeysPart } from "./PasskeysPart";
import { RetentionPart } from "./RetentionPart";
import { SessionPart } from "./SessionPart";

export function SettingsPage() {
  const desk = ask.useQuery("get", "/desk");
  return (
    <Page title={words.settings.title} narrow>
      <AppearancePart />
      <Answered query={desk}>
        {(there) => (
          <>
            <LockPart view={there} />
            <PasskeysPart sealed={there.desk.passphrase} />
            <BackupPart last={there.last_backup ?? null} />
            <SessionPart />
            <NetworkPart view={there} />
            <RetentionPart facts={there.retention} />
          </>
        )}
      </Answered>
      <DoctorPart />
    </Page>
  );
}
