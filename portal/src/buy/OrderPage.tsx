// One order from asking to receipt: what happened, what happens now, where the money is, what to do.
import { useState } from "react";
import { Link, useParams } from "react-router";
import { answered, ask, desk, handOver, type Shape } from "../api";
import { useStore } from "../app/store";
import { Answered, Button, Card, CopyLine, Dialog, DownloadButton, Facts, Id, JobBar, LinkButton, Money, Notice, Page, ProblemNotice, SecretField, Section, SkeletonRows, Timeline, When } from "../house";
import { plain, words } from "../words";
import { StateBadge } from "./StateBadge";

const say = words.buy;

export function OrderPage() {
  const { id = "" } = useParams();
  const order = ask.useQuery("get", "/orders/{id}", { params: { path: { id } } });
  return (
    <Page title={order.data?.card.title ?? say.order} back={{ to: order.data?.card.side === "seller" ? "/sales" : "/orders", text: order.data?.card.side === "seller" ? words.places.sales : words.places.orders }}>
      <Answered query={order} bones={<SkeletonRows rows={7} />}>
        {(there) => <Order there={there} again={() => void order.refetch()} />}
      </Answered>
    </Page>
  );
}

function Order({ there, again }: { there: Shape<"OrderView">; again: () => void }) {
  const { card } = there;
  const job = useStore((state) => (card.job ? state.jobs.byId[card.job] : undefined));
  const working = job && (job.state === "running" || job.state === "waiting");
  return (
    <div className="grid gap-8 lg:grid-cols-[1fr_20rem]">
      <div className="min-w-0">
        <div className="mb-5 flex items-baseline gap-3">
          <StateBadge state={card.state} />
          <p role="status" className="min-w-0 flex-1 wrap-anywhere">
            {card.sentence}
          </p>
        </div>
        {working && (
          <div className="mb-6">
            <JobBar job={job} />
          </div>
        )}
        {there.problem && <ProblemNotice problem={there.problem} className="mb-6" />}
        <Card>
          <Timeline
            label={say.timeline}
            moments={there.timeline.map((step) => ({ step: step.step, title: step.title, at: step.at, done: step.done, now: step.now && !step.failed, failed: step.failed }))}
          />
        </Card>
        <Notice className="mt-6" title={words.problem.moneyLabel} tone={card.state === "payment_in_doubt" ? "warn" : "plain"}>
          <p>{there.money}</p>
          {there.next && (
            <p className="mt-1">
              <span className="font-medium text-ink">{words.problem.nextLabel}: </span>
              {there.next}
            </p>
          )}
        </Notice>
        <Steps there={there} working={Boolean(working)} again={again} />
        {there.file && card.side === "buyer" && <OpenedFile there={there} file={there.file} />}
      </div>
      <aside className="min-w-0" aria-label={say.details}>
        <Card>
          <Facts
            short
            className="text-sm"
            items={[
              [say.price, <Money key="price" amount={card.price} currency={card.currency} />],
              [say.since, <When key="since" at={card.since} exact />],
              card.waits_until ? [say.waitsUntil, <When key="until" at={card.waits_until} exact />] : null,
              [say.licence, there.licence],
              there.renews_until ? [say.updatesUntil, <When key="renews" at={there.renews_until} exact />] : null,
              [say.listing, <Link key="listing" className="link" to={`/find/${card.listing}`}><Id id={card.listing} /></Link>],
              [say.seller, <Id key="seller" id={there.seller} />],
              [say.order, <Id key="order" id={card.order} />],
              card.receipt ? [say.receipt, <Link key="receipt" className="link" to={`/receipts/${card.receipt}`}><Id id={card.receipt} /></Link>] : null,
            ]}
          />
        </Card>
        {!card.held && <p className="mt-3 text-sm text-ink-2">{say.notHeld}</p>}
      </aside>
    </div>
  );
}

function Steps({ there, working, again }: { there: Shape<"OrderView">; working: boolean; again: () => void }) {
  const { card } = there;
  const [asking, setAsking] = useState(false);
  const path = { params: { path: { id: card.order } } };
  const resume = ask.useMutation("post", "/orders/{id}/resume", { onSuccess: again });
  const cancel = ask.useMutation("post", "/orders/{id}/cancel", {
    onSuccess: () => {
      setAsking(false);
      again();
    },
    onError: () => setAsking(false),
  });
  const problem = resume.error ?? cancel.error;
  return (
    <>
      <div className="mt-6 flex flex-wrap gap-2">
        {card.receipt && (
          <LinkButton kind="primary" icon="receipt" to={`/receipts/${card.receipt}`}>
            {say.toReceipt}
          </LinkButton>
        )}
        {there.can_resume && !working && (
          <Button kind="primary" busy={resume.isPending} onClick={() => resume.mutate(path)}>
            {say.resume}
          </Button>
        )}
        {there.can_cancel && (
          <Button kind="danger" onClick={() => setAsking(true)}>
            {say.cancelOrder}
          </Button>
        )}
      </div>
      {problem != null && <ProblemNotice problem={problem} className="mt-4" />}
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={say.cancelTitle}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{say.keepOrder}</Button>
            <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate(path)}>
              {say.cancelOrder}
            </Button>
          </>
        }
      >
        <p>{say.cancelLesson}</p>
      </Dialog>
    </>
  );
}

function OpenedFile({ there, file }: { there: Shape<"OrderView">; file: Shape<"BoughtFile"> }) {
  const { card } = there;
  return (
    <Section title={say.fileTitle} lead={say.fileLead}>
      <Card className="grid gap-4">
        <Facts
          items={[
            [say.fileName, file.name],
            [say.fileSize, file.rows != null ? say.size(plain.bytes(file.bytes), file.rows) : plain.bytes(file.bytes)],
            [say.fileDigest, <code key="digest" className="font-mono text-xs wrap-anywhere">{file.sha256}</code>],
          ]}
        />
        <div>
          <p className="mb-1 text-sm text-ink-2">{say.filePlace}</p>
          <CopyLine text={file.path} />
        </div>
        {file.there ? (
          <div className="flex flex-wrap gap-2">
            <DownloadButton kind="primary" href={`/api/orders/${card.order}/file`} name={file.name}>
              {say.saveFile}
            </DownloadButton>
            {there.sealed_here && (
              <DownloadButton href={`/api/orders/${card.order}/sealed`} name={`${card.order}.age`}>
                {say.saveSealed}
              </DownloadButton>
            )}
            {there.sealed_here && <IdentityButton order={card.order} />}
          </div>
        ) : (
          <Notice tone="warn" title={say.fileGone}>
            {say.fileGoneWhy}
          </Notice>
        )}
      </Card>
    </Section>
  );
}

/** The key of this one delivery, for the plain `age` program; asked for with the passphrase, because it opens the file for good. */
function IdentityButton({ order }: { order: string }) {
  const [open, setOpen] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const session = ask.useQuery("get", "/session");
  const sealed = session.data?.desk?.passphrase ?? true;
  const close = () => {
    setOpen(false);
    setPassphrase("");
    setProblem(null);
  };
  const save = async () => {
    setBusy(true);
    try {
      const call = desk.POST("/orders/{id}/identity", { params: { path: { id: order } }, body: sealed ? { passphrase } : {}, parseAs: "blob" });
      handOver((await answered(call)) as unknown as Blob, `${order}.key.txt`);
      close();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button icon="key" onClick={() => setOpen(true)}>
        {say.saveKey}
      </Button>
      <Dialog
        open={open}
        onClose={close}
        title={say.keyTitle}
        actions={
          <Button kind="primary" busy={busy} disabled={sealed && passphrase === ""} onClick={() => void save()}>
            {say.saveKey}
          </Button>
        }
      >
        <div className="grid gap-4">
          <p className="text-ink-2">{say.keyLesson}</p>
          {sealed && <SecretField label={words.session.passphrase} autoComplete="current-password" value={passphrase} onChange={(event) => setPassphrase(event.target.value)} />}
          {problem != null && <ProblemNotice problem={problem} />}
        </div>
      </Dialog>
    </>
  );
}
