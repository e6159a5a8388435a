// One's own listings: what they bring, changing them, taking them out of sale.
import { useState } from "react";
import { shallowEqual } from "react-redux";
import { Link } from "react-router";
import { ask, type Shape } from "../api";
import { shownJobs, useStore } from "../app/store";
import { Answered, Badge, type BadgeTone, Button, Card, Dialog, EmptyState, JobBar, LinkButton, Money, Page, ProblemNotice, Stat, When } from "../house";
import { plain, words } from "../words";
import { EditSheet } from "./EditSheet";
import { Unlisted } from "./Unlisted";

const say = words.sell;
type Goods = Shape<"GoodsCard">;

const TONES: Record<Shape<"ListingStateShown">, BadgeTone> = { live: "good", paused: "warn", retired: "plain" };

export function GoodsPage() {
  const goods = ask.useQuery("get", "/goods");
  const [editing, setEditing] = useState<Goods | null>(null);
  // A file that is being looked at or sealed is no listing yet; it is shown by its work, also when that stopped.
  const jobs = useStore(shownJobs, shallowEqual);
  const begun = jobs.filter((job) => job.kind === "sell" && job.state !== "done" && !goods.data?.goods.some((one) => one.listing === job.about));
  return (
    <Page
      title={say.goodsTitle}
      lead={say.goodsLead}
      actions={
        <LinkButton kind="primary" icon="plus" to="/sell">
          {words.places.sell}
        </LinkButton>
      }
    >
      {goods.data && <Unlisted goods={goods.data.goods} />}
      {begun.length > 0 && (
        <div className="mb-4 grid gap-3">
          {begun.map((job) => (
            <JobBar key={job.id} job={job} />
          ))}
        </div>
      )}
      <Answered
        query={goods}
        empty={(there) =>
          there.goods.length > 0 ? null : begun.length > 0 ? (
            <></>
          ) : (
            <EmptyState icon="tag" title={say.noGoods} actions={<LinkButton kind="primary" to="/sell">{words.places.sell}</LinkButton>}>
              {say.noGoodsWhy}
            </EmptyState>
          )
        }
      >
        {(there) => (
          <ul className="grid gap-4">
            {there.goods.map((one) => (
              <li key={one.listing}>
                <GoodsRow one={one} onEdit={() => setEditing(one)} onChanged={() => void goods.refetch()} />
              </li>
            ))}
          </ul>
        )}
      </Answered>
      <EditSheet
        goods={editing}
        onClose={() => setEditing(null)}
        onChanged={() => {
          setEditing(null);
          void goods.refetch();
        }}
      />
    </Page>
  );
}

function GoodsRow({ one, onEdit, onChanged }: { one: Goods; onEdit: () => void; onChanged: () => void }) {
  const job = useStore((state) => (one.job ? state.jobs.byId[one.job] : undefined));
  const working = job && (job.state === "running" || job.state === "waiting");
  return (
    <Card className="grid gap-4">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-base wrap-anywhere">
            {one.state ? (
              <Link className="text-ink hover:underline" to={`/find/${one.listing}`}>
                {one.draft.title}
              </Link>
            ) : (
              one.draft.title
            )}
          </h2>
          <p className="mt-1 text-sm text-ink-2 wrap-anywhere">
            {words.buy.size(plain.bytes(one.bytes), one.rows)}
            {one.version != null && <> · {say.versionOf(one.version)}</>}
            {one.at && (
              <>
                {" "}
                · <When at={one.at} />
              </>
            )}
          </p>
        </div>
        {one.state ? <Badge tone={TONES[one.state]}>{words.buy.states[one.state]}</Badge> : <Badge tone="accent">{say.notLive}</Badge>}
      </div>
      {working && <JobBar job={job} bare />}
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Stat small label={say.priceShort} value={<Money amount={one.price} currency={one.currency} />} />
        <Stat small label={say.orders} value={plain.number(one.orders)} />
        <Stat small label={say.sold} value={plain.number(one.sales)} />
        <Stat small label={say.earned} value={<Money amount={one.earned} currency={one.currency} />} />
      </div>
      <GoodsActions one={one} working={Boolean(working)} onEdit={onEdit} onChanged={onChanged} />
    </Card>
  );
}

function GoodsActions({ one, working, onEdit, onChanged }: { one: Goods; working: boolean; onEdit: () => void; onChanged: () => void }) {
  const [retiring, setRetiring] = useState(false);
  const done = { onSuccess: onChanged };
  const pause = ask.useMutation("post", "/goods/{id}/pause", done);
  const resume = ask.useMutation("post", "/goods/{id}/resume", done);
  const goOn = ask.useMutation("post", "/goods/{id}/continue", done);
  const retire = ask.useMutation("post", "/goods/{id}/retire", {
    onSuccess: () => {
      setRetiring(false);
      onChanged();
    },
    onError: () => setRetiring(false),
  });
  const path = { params: { path: { id: one.listing } } };
  const problem = pause.error ?? resume.error ?? goOn.error ?? retire.error;
  if (one.state === "retired") return null;
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {!one.state && !working && (
          <Button small kind="primary" busy={goOn.isPending} onClick={() => goOn.mutate(path)}>
            {say.goOn}
          </Button>
        )}
        {one.state && (
          <Button small onClick={onEdit}>
            {say.edit}
          </Button>
        )}
        {one.state === "live" && (
          <Button small busy={pause.isPending} onClick={() => pause.mutate(path)}>
            {say.pause}
          </Button>
        )}
        {one.state === "paused" && (
          <Button small busy={resume.isPending} onClick={() => resume.mutate(path)}>
            {say.resume}
          </Button>
        )}
        {one.state && (
          <Button small kind="danger" onClick={() => setRetiring(true)}>
            {say.retire}
          </Button>
        )}
      </div>
      {problem != null && <ProblemNotice problem={problem} />}
      <Dialog
        open={retiring}
        onClose={() => setRetiring(false)}
        title={say.retireTitle}
        actions={
          <>
            <Button onClick={() => setRetiring(false)}>{words.common.cancel}</Button>
            <Button kind="danger" busy={retire.isPending} onClick={() => retire.mutate(path)}>
              {say.retire}
            </Button>
          </>
        }
      >
        <p>{say.retireLesson}</p>
      </Dialog>
    </>
  );
}
