import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, type Shape } from "../api";
import { Answered, Button, Card, Dialog, Icon, IconButton, ProblemNotice, Section, When } from "../house";
import { words } from "../words";
import { AddPasskey } from "./AddPasskey";
import { passkeyPlace } from "./passkey";

const say = words.settings;
type Passkey = Shape<"PasskeyShown">;

/** The passkeys that open this desk beside its passphrase. */
export function PasskeysPart({ sealed }: { sealed: boolean }) {
  const kept = useQueryClient();
  const passkeys = ask.useQuery("get", "/passkeys", {}, { enabled: sealed });
  const [asking, setAsking] = useState<Passkey | null>(null);
  const remove = ask.useMutation("delete", "/passkeys/{id}", {
    onSuccess: () => {
      setAsking(null);
      for (const path of ["/passkeys", "/desk", "/session"]) void kept.invalidateQueries({ queryKey: ["get", path] });
    },
  });
  const place = passkeyPlace();
  return (
    <Section title={say.passkeys} lead={say.passkeysLead}>
      <Card className="grid gap-4">
        {!sealed ? (
          <p className="text-ink-2">{say.passkeyNeedsPassphrase}</p>
        ) : (
          <>
            <Answered query={passkeys} empty={(there) => (there.passkeys.length === 0 ? <p className="text-ink-2">{say.passkeysNone}</p> : null)}>
              {(there) => (
                <ul className="divide-y divide-line">
                  {there.passkeys.map((passkey) => (
                    <li key={passkey.id} className="flex items-center gap-3 py-2 first:pt-0">
                      <Icon name="key" className="size-5 text-ink-3" />
                      <span className="min-w-0 flex-1 wrap-anywhere">
                        {passkey.name}
                        <span className="block text-sm text-ink-2">
                          {say.passkeyMade} <When at={passkey.made} />
                        </span>
                      </span>
                      <IconButton name={say.passkeyRemove(passkey.name)} icon="close" onClick={() => setAsking(passkey)} />
                    </li>
                  ))}
                </ul>
              )}
            </Answered>
            {place === "here" ? <AddPasskey /> : <p className="text-sm text-ink-2">{place === "elsewhere" ? words.session.passkeyElsewhere : words.firstRun.passkeyNone}</p>}
          </>
        )}
      </Card>
      <Dialog
        open={asking !== null}
        onClose={() => setAsking(null)}
        title={say.passkeyRemoveTitle}
        actions={
          <>
            <Button onClick={() => setAsking(null)}>{words.common.cancel}</Button>
            <Button kind="danger" busy={remove.isPending} onClick={() => asking && remove.mutate({ params: { path: { id: asking.id } } })}>
              {words.common.remove}
            </Button>
          </>
        }
      >
        <p className="font-medium wrap-anywhere">{asking?.name}</p>
        <p className="mt-1 text-ink-2">{say.passkeyRemoveWhy}</p>
        {remove.error && <ProblemNotice problem={remove.error} className="mt-4" />}
      </Dialog>
    </Section>
  );
}
