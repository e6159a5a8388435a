// Checking a document that somebody handed over. It stays on this machine.
import { type FormEvent, useState } from "react";
import { ask, type Shape } from "../api";
import { AreaField, Badge, Button, Card, Facts, FileDrop, Icon, Notice, Page, ProblemNotice, Section } from "../house";
import { words } from "../words";

const say = words.receipts;
const LARGEST = 16 * 1024 * 1024;

export function VerifyPage() {
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState("");
  const check = ask.useMutation("post", "/verify");
  const verify = (document: Blob) =>
    // The generated type of a body of bytes is an array of numbers; what is sent is the document as it is.
    check.mutate({ body: document as unknown as number[], bodySerializer: (body: unknown) => body as BodyInit, headers: { "content-type": "application/octet-stream" } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") verify(new Blob([text.trim()]));
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
        <div className="grid gap-6">
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
          <form onSubmit={submit} className="grid gap-3">
            <AreaField label={say.verifyPaste} hint={say.verifyPasteHint} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
            <div>
              <Button type="submit" kind="primary" busy={check.isPending} disabled={text.trim() === ""}>
                {check.isPending ? say.verifying : say.verifyCheck}
              </Button>
            </div>
          </form>
          {check.error && <ProblemNotice problem={check.error} />}
        </div>
      )}
    </Page>
  );
}

function Found({ found, onAnother }: { found: Shape<"VerifyView">; onAnother: () => void }) {
  return (
    <>
      <Notice live tone={found.holds ? "good" : "bad"} title={`${found.holds ? say.holds : say.holdsNot}: ${found.what}`}>
        {found.sentence}
      </Notice>
      <Section title={say.findings} className="mt-8">
        <Checks checks={found.findings} />
      </Section>
      {found.claims.length > 0 && (
        <Section title={say.claims}>
          <Card>
            <Facts items={found.claims.map((claim) => [claim.name, claim.value] as const)} />
          </Card>
        </Section>
      )}
      <div className="mt-8">
        <Button onClick={onAnother}>{say.another}</Button>
      </div>
    </>
  );
}

/** What was checked, line by line. */
export function Checks({ checks }: { checks: Shape<"Check">[] }) {
  return (
    <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
      {checks.map((check, index) => {
        const tone = check.holds == null ? "plain" : check.holds ? "good" : "bad";
        return (
          <li key={index} className="flex items-start gap-3 px-4 py-3">
            <Icon name={check.holds == null ? "info" : check.holds ? "check" : "warn"} className={`mt-0.5 size-5 ${tone === "good" ? "text-good" : tone === "bad" ? "text-bad" : "text-ink-3"}`} />
            <span className="min-w-0 flex-1 wrap-anywhere">{check.sentence}</span>
            <Badge tone={tone}>{check.holds == null ? say.checkOpen : check.holds ? say.checkHolds : say.checkFails}</Badge>
          </li>
        );
      })}
    </ul>
  );
}
