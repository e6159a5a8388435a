// Changing a listing: a new version with the same goods. Orders that were agreed keep what they agreed to.
import { type FormEvent, useEffect, useState } from "react";
import { ask, faultOf, type Shape } from "../api";
import { AreaField, Button, Dialog, ProblemNotice, SelectField, TextField } from "../house";
import { plain, words } from "../words";
import { priceFault, tagsOf } from "./draft";

const say = words.sell;

export function EditSheet({ goods, onClose, onChanged }: { goods: Shape<"GoodsCard"> | null; onClose: () => void; onChanged: () => void }) {
  return (
    <Dialog open={goods !== null} onClose={onClose} side="right" firm title={say.editTitle}>
      {goods && <EditForm key={goods.listing} goods={goods} onChanged={onChanged} />}
    </Dialog>
  );
}

function EditForm({ goods, onChanged }: { goods: Shape<"GoodsCard">; onChanged: () => void }) {
  const { draft } = goods;
  const choices = ask.useQuery("get", "/choices", {}, { staleTime: Infinity });
  const [title, setTitle] = useState(draft.title ?? "");
  const [abstract, setAbstract] = useState(draft.abstract ?? "");
  const [category, setCategory] = useState(draft.category ?? "");
  const [tags, setTags] = useState((draft.tags ?? []).join(", "));
  const [licence, setLicence] = useState(draft.licence ?? "");
  const [price, setPrice] = useState(() => plain.typeable(goods.price));
  const [wrong, setWrong] = useState<string | null>(null);
  const change = ask.useMutation("patch", "/goods/{id}", { onSuccess: onChanged });
  const { reset } = change;
  useEffect(() => reset, [reset]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fault = priceFault(price);
    setWrong(fault);
    if (fault !== null) return;
    const body: Shape<"ListingChange"> = {
      ...(title !== (draft.title ?? "") ? { title: title.trim() } : {}),
      ...(abstract !== (draft.abstract ?? "") ? { abstract: abstract.trim() } : {}),
      ...(category !== (draft.category ?? "") ? { category } : {}),
      ...(tags !== (draft.tags ?? []).join(", ") ? { tags: tagsOf(tags) } : {}),
      ...(licence !== (draft.licence ?? "") ? { licence } : {}),
      ...(plain.compareAmounts(plain.typedAmount(price) ?? "", goods.price) !== 0 ? { price: plain.typedAmount(price) ?? price } : {}),
    };
    change.mutate({ params: { path: { id: goods.listing } }, body });
  };
  const offered = (held: string, all: { value: string; text: string }[]) => (all.some((one) => one.value === held) ? all : [{ value: held, text: held }, ...all]);
  return (
    <form onSubmit={submit} noValidate className="grid gap-5">
      <p className="text-sm text-ink-2">{say.editLead}</p>
      <TextField label={say.listingTitle} value={title} wrong={faultOf(change.error, "title")} onChange={(event) => setTitle(event.target.value)} />
      <AreaField label={say.abstract} optional value={abstract} wrong={faultOf(change.error, "abstract")} onChange={(event) => setAbstract(event.target.value)} />
      <TextField label={say.price(goods.currency)} hint={say.priceEditHint} inputMode="decimal" value={price} wrong={wrong ?? faultOf(change.error, "price")} onChange={(event) => setPrice(event.target.value)} />
      <SelectField label={say.category} value={category} wrong={faultOf(change.error, "category")} onChange={(event) => setCategory(event.target.value)} choices={offered(category, (choices.data?.categories ?? []).map((one) => ({ value: one, text: words.titled(one) })))} />
      <SelectField label={say.licence} value={licence} wrong={faultOf(change.error, "licence")} onChange={(event) => setLicence(event.target.value)} choices={offered(licence, (choices.data?.licences ?? []).map((one) => ({ value: one.code, text: one.name })))} />
      <TextField label={say.tags} optional value={tags} wrong={faultOf(change.error, "tags")} onChange={(event) => setTags(event.target.value)} />
      {change.error && <ProblemNotice problem={change.error} />}
      <Button type="submit" kind="primary" busy={change.isPending}>
        {change.isPending ? say.publishing : say.publish}
      </Button>
    </form>
  );
}
