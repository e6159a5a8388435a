// A file that was handed over and did not become a listing: what was typed is still here.
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import type { Shape } from "../api";
import { useStore } from "../app/store";
import { Button, Notice } from "../house";
import { words } from "../words";
import { begunDraft, fateOf, keepBegun, keepDraft } from "./draft";

const say = words.sell;

export function Unlisted({ goods }: { goods: readonly Shape<"GoodsCard">[] }) {
  const [begun, setBegun] = useState(begunDraft);
  const asked = useStore((state) => state.jobs.listed);
  const job = useStore((state) => (begun ? state.jobs.byId[begun.job] : undefined));
  const go = useNavigate();
  const fate = begun && asked ? fateOf(begun, job, goods) : null;
  useEffect(() => {
    if (fate === "listed") keepBegun(null);
  }, [fate]);
  if (!begun || fate !== "stopped") return null;
  const forget = () => {
    keepBegun(null);
    setBegun(null);
  };
  const goOn = () => {
    keepDraft(begun.draft);
    keepBegun(null);
    void go("/sell");
  };
  return (
    <Notice
      tone="warn"
      live
      className="mb-4"
      title={say.unlisted(begun.draft.title)}
      actions={
        <>
          <Button small kind="primary" onClick={goOn}>
            {say.unlistedGoOn}
          </Button>
          <Button small kind="quiet" onClick={forget}>
            {say.unlistedForget}
          </Button>
        </>
      }
    >
      {say.unlistedWhy}
    </Notice>
  );
}
