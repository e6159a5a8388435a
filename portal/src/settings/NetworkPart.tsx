import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, faultOf, type Shape } from "../api";
import { said, useTell } from "../app/store";
import { Button, Card, CopyLine, Facts, ProblemNotice, Section, TextField } from "../house";
import { Keys } from "../first-run/MarketQuestion";
import { words } from "../words";

const say = words.settings;

/** Which market, through what, who this desk is to others. */
export function NetworkPart({ view }: { view: Shape<"DeskView"> }) {
  const kept = useQueryClient();
  const tell = useTell();
  const { desk } = view;
  const [proxy, setProxy] = useState(desk.proxy ?? "");
  const change = ask.useMutation("patch", "/desk", {
    onSuccess: () => {
      for (const path of ["/desk", "/session"]) void kept.invalidateQueries({ queryKey: ["get", path] });
      tell(said({ tone: "good", text: say.proxySaved }));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ body: { proxy: proxy.trim() } });
  };
  return (
    <Section title={say.network}>
      <Card className="grid gap-6">
        <Facts
          items={[
            [say.market, <code key="market" className="font-mono text-sm">{desk.market}</code>],
            [say.proofs, desk.proofs === "halo2" ? say.proofsReal : say.proofsFree],
            [say.folder, <code key="folder" className="font-mono text-sm">{desk.folder}</code>],
            desk.seller
              ? [
                  say.seller,
                  <div key="seller">
                    <CopyLine text={desk.seller} />
                    <p className="mt-1 text-sm text-ink-2">{say.sellerWhy}</p>
                  </div>,
                ]
              : null,
            desk.mail ? [say.mail, <CopyLine key="mail" text={desk.mail} />] : null,
          ]}
        />
        <form onSubmit={submit} className="grid gap-3 border-t border-line pt-5" noValidate>
          <TextField label={say.proxy} hint={`${say.proxyHint} ${say.proxyNone}`} optional value={proxy} wrong={faultOf(change.error, "proxy")} onChange={(event) => setProxy(event.target.value)} />
          {change.error && <ProblemNotice problem={change.error} />}
          <div>
            <Button type="submit" busy={change.isPending} disabled={proxy.trim() === (desk.proxy ?? "")}>
              {words.common.save}
            </Button>
          </div>
        </form>
        <details className="border-t border-line pt-4">
          <summary className="font-medium">{say.pinned}</summary>
          <div className="mt-4">
            <Keys keys={view.keys} />
          </div>
        </details>
      </Card>
    </Section>
  );
}
