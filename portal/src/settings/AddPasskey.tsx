// Making a passkey and sealing the desk's keys to it.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, desk } from "../api";
import { Button, ProblemNotice, TextField } from "../house";
import { words } from "../words";
import { makePasskey, NoPrf } from "./passkey";

const say = words.settings;

export function AddPasskey({ onAdded }: { onAdded?: () => void }) {
  const kept = useQueryClient();
  const [name, setName] = useState(say.passkeyNameDefault);
  const [refused, setRefused] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    setRefused(null);
    try {
      const proof = await makePasskey(name.trim() || say.passkeyNameDefault);
      await answered(desk.POST("/passkeys", { body: { ...proof, name: name.trim() || say.passkeyNameDefault } }));
      for (const path of ["/passkeys", "/desk", "/session"]) void kept.invalidateQueries({ queryKey: ["get", path] });
      onAdded?.();
    } catch (thrown) {
      if (thrown instanceof NoPrf) setRefused({ code: "passkey", title: say.passkeyNoPrf });
      else if (thrown instanceof DOMException) setRefused({ code: "passkey", title: say.passkeyStopped });
      else setRefused(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <TextField label={say.passkeyName} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} className="min-w-48 flex-1" />
        <Button icon="key" busy={busy} onClick={() => void add()}>
          {say.passkeyAdd}
        </Button>
      </div>
      {refused != null && <ProblemNotice problem={refused} />}
    </div>
  );
}
