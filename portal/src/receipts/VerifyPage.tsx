// Checking a document that somebody handed over, or the whole ledger. Both happen on this machine.
import { type FormEvent, useRef, useState } from "react";
import { ask, type Shape } from "../api";
import { faultOf } from "../api/problem";
import { AreaField, Badge, Button, Card, FileDrop, Icon, type IconName, Notice, Page, ProblemNotice, Section, TextField } from "../house";
import { words } from "../words";
import { Claims, claimName } from "./claims";
import { LedgerCheck } from "./LedgerCheck";

const say = words.receipts;
const LARGEST = 16 * 1024 * 1024;

/** What the page may know besides the document; what is empty is not sent. */
const NOTHING_MORE = { to: "", nonce: "", seller: "", market_keys: "" };
type More = typeof NOTHING_MORE;
const filled = (more: More) => Object.fromEntries(Object.entries(more).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== "")) as Partial<More>;

export function VerifyPage() {
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState("");
  const [more, setMore] = useState(NOTHING_MORE);
  const stop = useRef<AbortController | null>(null);
  const check = ask.useMutation("post", "/verify");
  const verify = (document: Blob) => {
    stop.current = new AbortController();
    // The generated type of a body of bytes is an array of numbers; what is sent is the document as it is.
    check.mutate({
      params: { query: filled(more) },
      body: document as unknown as number[],
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { "content-type": "application/octet-stream" },
      signal: stop.current.signal,
    });
  };
  const cancel = () => {
    stop.current?.abort();
    check.reset();
    setFile(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") verify(new Blob([text.trim()]));
    else if (file) verify(file);
  };
  return (
    <Page title={say.verifyTitle} lead={say.verifyLead} narrow>
      {check.data ? (
        <Found
          found={check.data}
          onAnother={() => {
            check.reset();
            setFile(null);
            setText("");
          }}
        />
      ) : (
        <form onSubmit={submit} className="grid gap-6" noValidate>
          <FileDrop
            label={say.verifyFile}
            hint={say.verifyHint}
            limit={LARGEST}
            chosen={file}
            disabled={check.isPending}
            onFile={(chosen) => {
              setFile(chosen);
              verify(chosen);
            }}
          />
          <AreaField label={say.verifyPaste} hint={say.verifyPasteHint} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
          <MoreFields more={more} onChange={setMore} refused={check.error} />
          <div className="flex flex-wrap gap-2">
            <Button type="submit" kind="primary" busy={check.isPending} disabled={text.trim() === "" && file === null}>
              {check.isPending ? say.verifying : say.verifyCheck}
            </Button>
            {check.isPending && (
              <Button kind="quiet" onClick={cancel}>
                {words.common.cancel}
              </Button>
            )}
          </div>
          {check.error && <ProblemNotice problem={check.error} />}
        </form>
      )}
      <LedgerCheck />
    </Page>
  );
}

/** What only the reader knows: for whom a document should be, from whom, under whose keys. */
function MoreFields({ more, onChange, refused }: { more: More; onChange: (more: More) => void; refused: unknown }) {
  const field = (name: keyof More) => ({
    value: more[name],
    wrong: faultOf(refused, name),
    spellCheck: false,
    optional: true,
    onChange: (event: { target: { value: string } }) => onChange({ ...more, [name]: event.target.value }),
  });
  return (
    <details className="rounded-xl border border-line px-4 py-3">
      <summary className="font-medium">{say.more}</summary>
      <div className="mt-4 grid gap-5">
        <TextField label={say.moreTo} hint={say.moreToHint} {...field("to")} />
        <TextField label={say.moreNonce} hint={say.moreNonceHint} {...field("nonce")} />
        <TextField label={say.moreSeller} hint={say.moreSellerHint} {...field("seller")} />
        <AreaField label={say.moreKeys} hint={say.moreKeysHint} {...field("market_keys")} />
      </div>
    </details>
  );
}

function Found({ found, onAnother }: { found: Shape<"VerifyView">; onAnother: () => void }) {
  return (
    <>
      {found.holds ? (
        <Notice live tone="good" title={`${say.holds}: ${say.kinds[found.what as keyof typeof say.kinds] ?? found.what}`}>
          {found.sentence}
        </Notice>
      ) : (
        <ProblemNotice problem={{ code: "not-verified", title: `${say.holdsNot}: ${found.sentence}`, money: say.holdsNotMoney, next: found.next }} />
      )}
      {found.findings.length > 0 && (
        <Section title={say.findings} className="mt-8">
          <Checks checks={found.findings} />
        </Section>
      )}
      {found.claims.length > 0 && (
        <Section title={say.claims}>
          <Card>
            <Claims claims={found.claims} />
            {found.withheld.length > 0 && (
              <p className="mt-4 border-t border-line pt-4 text-sm text-ink-2">
                {say.withheld} {found.withheld.map(claimName).join(", ")}.
              </p>
            )}
          </Card>
        </Section>
      )}
      <div className="mt-8">
        <Button onClick={onAnother}>{say.another}</Button>
      </div>
    </>
  );
}

const STATES: Record<Shape<"CheckState">, { sign: IconName; colour: string; tone: "good" | "warn" | "plain"; text: string | null }> = {
  holds: { sign: "check", colour: "text-good", tone: "good", text: say.checkHolds },
  not_checked: { sign: "warn", colour: "text-warn", tone: "warn", text: say.checkOpen },
  remark: { sign: "info", colour: "text-ink-3", tone: "plain", text: null },
};

/** What was looked at, line by line: only what was checked is said to hold. */
export function Checks({ checks }: { checks: Shape<"Check">[] }) {
  return (
    <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
      {checks.map((check, index) => {
        const { sign, colour, tone, text } = STATES[check.state];
        return (
          <li key={index} className="flex items-start gap-3 px-4 py-3">
            <Icon name={sign} className={`mt-0.5 size-5 ${colour}`} />
            <span className="min-w-0 flex-1 wrap-anywhere">{check.sentence}</span>
            {text && <Badge tone={tone}>{text}</Badge>}
          </li>
        );
      })}
    </ul>
  );
}
