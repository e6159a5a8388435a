// The desk is there: a passkey and a backup are offered, then it opens.
import { useState } from "react";
import { Button, Card, Notice } from "../house";
import { AddPasskey } from "../settings/AddPasskey";
import { BackupButton } from "../settings/BackupButton";
import { passkeyPlace } from "../settings/passkey";
import { words } from "../words";

const say = words.firstRun;

export function Ready({ sealed, restored, onEnd }: { sealed: boolean; restored?: boolean; onEnd: () => void }) {
  const [added, setAdded] = useState(false);
  const place = passkeyPlace();
  return (
    <div className="grid gap-5">
      <p className="text-ink-2">{say.readyLead}</p>
      {sealed && (
        <Card>
          <h2 className="text-lg">{say.passkeyTitle}</h2>
          <p className="mt-1 mb-4 text-ink-2">{say.passkeyWhy}</p>
          {added ? (
            <Notice tone="good" live title={say.passkeyAdded} />
          ) : place === "here" ? (
            <AddPasskey onAdded={() => setAdded(true)} />
          ) : (
            <p className="text-sm text-ink-2">{place === "elsewhere" ? words.session.passkeyElsewhere : say.passkeyNone}</p>
          )}
        </Card>
      )}
      {!restored && (
        <Card>
          <h2 className="text-lg">{say.backupTitle}</h2>
          <p className="mt-1 mb-4 text-ink-2">{say.backupWhy}</p>
          <BackupButton />
        </Card>
      )}
      <div>
        <Button kind="primary" onClick={onEnd}>
          {restored ? say.beginRestored : say.begin}
        </Button>
      </div>
    </div>
  );
}
