// One receipt: what it says, what was checked, and handing it on, whole or in part.
import { useState } from "react";
import { Link, useParams } from "react-router";
import { answered, ask, desk, handOver, type Shape } from "../api";
import { Answered, Button, Card, CheckField, ChoiceField, Dialog, DownloadButton, Facts, Id, Money, Page, ProblemNotice, Section, SkeletonRows, TextField, When } from "../house";
import { words } from "../words";
import { Claims, claimName, claimText } from "./claims";
import { Checks } from "./VerifyPage";

const say = words.receipts;

export function ReceiptPage() {
  const { id = "" } = useParams();
  const receipt = ask.useQuery("get", "/receipts/{id}", { params: { path: { id } } });
  return (
    <Page title={say.receipt} lead={receipt.data?.summary.title} back={{ to: "/receipts", text: say.title }}>
      <Answered query={receipt} bones={<SkeletonRows rows={6} />}>
        {(there) => <Receipt there={there} />}
      </Answered>
    </Page>
  );
}

function Receipt({ there }: { there: Shape<"ReceiptView"> }) {
  const { summary, verified } = there;
  const [showing, setShowing] = useState(false);
  return (
    <>
      <div className="mb-6 flex flex-wrap gap-2">
        <DownloadButton kind="primary" href={`/api/receipts/${summary.id}/pdf`} name={`${summary.id}.pdf`}>
          {say.pdf}
        </DownloadButton>
        <DownloadButton href={`/api/receipts/${summary.id}/json`} name={`${summary.id}.json`}>
          {say.json}
        </DownloadButton>
        {there.can_present && (
          <Button icon="eye" onClick={() => setShowing(true)}>
            {say.showParts}
          </Button>
        )}
      </div>
      <Card>
        <Facts
          items={[
            [say.amount, <Money key="amount" amount={summary.price} currency={summary.currency} className="text-xl font-semibold" />],
            [say.agreed, <When key="at" at={summary.agreed_at} exact />],
            [say.side, say.sides[summary.side]],
            [say.licence, summary.licence],
            there.renews_until ? [say.renews, <When key="renews" at={there.renews_until} exact />] : null,
            [say.order, <Link key="order" className="link" to={`/orders/${summary.order}`}><Id id={summary.order} /></Link>],
            [say.listing, <Link key="listing" className="link" to={`/find/${summary.listing}`}><Id id={summary.listing} /></Link>],
            [say.receipt, <code key="id" className="font-mono text-sm wrap-anywhere">{summary.id}</code>],
          ]}
        />
      </Card>
      <Section title={say.findings} lead={say.findingsLead}>
        <Checks checks={[verified.signatures, verified.log, verified.ledger]} />
      </Section>
      <Section title={say.claims} lead={say.claimsLead}>
        <Card>
          <Claims claims={there.claims} />
        </Card>
      </Section>
      <ShowParts open={showing} onClose={() => setShowing(false)} receipt={there} />
    </>
  );
}

/** A presentation: chosen parts of the receipt for one reader. What is left out cannot be guessed from what is there. */
function ShowParts({ open, onClose, receipt }: { open: boolean; onClose: () => void; receipt: Shape<"ReceiptView"> }) {
  const [whom, setWhom] = useState<"finance" | "chosen">("finance");
  const [chosen, setChosen] = useState<string[]>([]);
  const [to, setTo] = useState("");
  const [nonce, setNonce] = useState("");
  const [ledger, setLedger] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const { id } = receipt.summary;
  const make = async () => {
    setBusy(true);
    setProblem(null);
    const audience = { ...(to.trim() === "" ? {} : { to: to.trim() }), ...(nonce.trim() === "" ? {} : { nonce: nonce.trim() }) };
    const body = whom === "finance" ? { for: "finance" as const, ...audience } : { reveal: chosen, with_ledger: ledger, ...audience };
    try {
      const call = desk.POST("/receipts/{id}/presentation", { params: { path: { id } }, body, parseAs: "blob" });
      handOver((await answered(call)) as unknown as Blob, `${id}.presentation.json`);
      onClose();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={say.showPartsTitle}
      actions={
        <Button kind="primary" icon="down" busy={busy} disabled={whom === "chosen" && chosen.length === 0} onClick={() => void make()}>
          {say.savePresentation}
        </Button>
      }
    >
      <div className="grid gap-5">
        <p className="text-ink-2">{say.showPartsLead}</p>
        <ChoiceField
          label={say.forWhom}
          name="whom"
          value={whom}
          onPick={setWhom}
          choices={[
            { value: "finance", title: say.finance, body: say.financeWhy },
            { value: "chosen", title: say.chosen, body: say.chosenWhy },
          ]}
        />
        {whom === "chosen" && (
          <fieldset className="grid gap-2">
            <legend className="mb-1.5 font-medium">{say.claims}</legend>
            {receipt.claims.map((claim) => (
              <CheckField
                key={claim.name}
                label={claimName(claim.name)}
                hint={<span className="wrap-anywhere">{claimText(claim, receipt.claims)}</span>}
                checked={chosen.includes(claim.name)}
                onChange={() => setChosen(chosen.includes(claim.name) ? chosen.filter((name) => name !== claim.name) : [...chosen, claim.name])}
              />
            ))}
            <CheckField label={say.withLedger} hint={say.withLedgerWhy} checked={ledger} onChange={() => setLedger(!ledger)} />
          </fieldset>
        )}
        <TextField label={say.reader} hint={say.readerHint} optional value={to} onChange={(event) => setTo(event.target.value)} />
        <TextField label={say.nonce} hint={say.nonceHint} optional value={nonce} onChange={(event) => setNonce(event.target.value)} />
        {problem != null && <ProblemNotice problem={problem} />}
      </div>
    </Dialog>
  );
}
