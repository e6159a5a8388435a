// Makes a backup and hands it to the browser to save.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, desk } from "../api";
import { handOver } from "../api/hand-over";
import { Button, Notice, ProblemNotice } from "../house";
import { words } from "../words";

const say = words.settings;

export function BackupButton() {
  const kept = useQueryClient();
  const [state, setState] = useState<"idle" | "busy" | "saved">("idle");
  const [refused, setRefused] = useState<unknown>(null);
  const make = async () => {
    setState("busy");
    setRefused(null);
    try {
      const sealed = await answered(desk.POST("/backup", { parseAs: "blob" }));
      handOver(sealed as unknown as Blob, `tacit-${new Date().toISOString().slice(0, 10)}.backup`);
      setState("saved");
      void kept.invalidateQueries({ queryKey: ["get", "/desk"] });
    } catch (thrown) {
      setRefused(thrown);
      setState("idle");
    }
  };
  return (
    <div className="grid gap-3">
      <div>
        <Button icon="down" busy={state === "busy"} onClick={() => void make()}>
          {say.backupMake}
        </Button>
      </div>
      {state === "saved" && <Notice tone="good" live title={say.backupSaved} />}
      {refused != null && <ProblemNotice problem={refused} />}
    </div>
  );
}
