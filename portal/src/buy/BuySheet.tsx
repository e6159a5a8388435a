// The second of two clicks: what happens to the money, said before it moves.
import { Link, useNavigate } from "react-router";
import { ask, type Shape } from "../api";
import { Button, Dialog, Facts, Loading, Money, Notice, ProblemNotice, Skeleton } from "../house";
import { plain, words } from "../words";

const say = words.buy;

export function BuySheet({ open, onClose, listing: there }: { open: boolean; onClose: () => void; listing: Shape<"ListingShown"> }) {
  const { listing } = there;
  const go = useNavigate();
  const wallet = ask.useQuery("get", "/wallet", {}, { enabled: open });
  const buy = ask.useMutation("post", "/orders", { onSuccess: (placed) => void go(`/orders/${placed.order}`) });
  const price = plain.money(listing.price, listing.currency);
  const waiting = (wallet.data?.old_pools ?? []).map((pool) => plain.money(pool.balance, listing.currency));
  const short = wallet.data !== undefined && plain.compareAmounts(wallet.data.balance, listing.price) < 0;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={say.confirmTitle}
      actions={
        <>
          <Button onClick={onClose} disabled={buy.isPending}>
            {words.common.cancel}
          </Button>
          <Button kind="primary" busy={buy.isPending} disabled={short} onClick={() => buy.mutate({ body: { listing: listing.id, max_price: listing.price } })}>
            {say.confirm(price)}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <p className="font-medium wrap-anywhere">{listing.title}</p>
        <Facts
          short
          items={[
            [say.price, <Money key="price" amount={listing.price} currency={listing.currency} className="text-xl font-semibold" />],
            [
              say.balanceNow,
              wallet.data ? (
                <Money key="balance" amount={wallet.data.balance} currency={wallet.data.currency} />
              ) : wallet.isError ? (
                words.common.unknown
              ) : (
                <Loading key="balance">
                  <Skeleton className="h-4 w-24" />
                </Loading>
              ),
            ],
            [say.licence, there.licence_name],
          ]}
        />
        <ol className="grid list-decimal gap-1.5 pl-5 text-sm text-ink-2">
          {say.whatHappens.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
        <Notice tone="warn" title={say.directTitle}>
          {say.direct}
        </Notice>
        {short && (
          <Notice tone="warn" live title={say.shortTitle}>
            {waiting.length > 0 ? say.shortCrossing(plain.list(waiting)) : say.short}{" "}
            <Link className="link" to="/wallet">
              {say.toWallet}
            </Link>
          </Notice>
        )}
        {buy.error && <ProblemNotice problem={buy.error} />}
      </div>
    </Dialog>
  );
}
