// A payment by hand: written, looked over, sent. It cannot be taken back, so the second look is a step of its own.
import { type FormEvent, useEffect, useState } from "react";
import { ask, faultOf, type Shape } from "../api";
import { said, useTell } from "../app/store";
import { Button, Dialog, Facts, Money, ProblemNotice, TextField } from "../house";
import { plain, words } from "../words";
import { type Payment, type PaymentFaults, readPayment } from "./payment";

const say = words.wallet;

export function Send({ open, onClose, wallet }: { open: boolean; onClose: () => void; wallet: Shape<"WalletShown"> }) {
  const [address, setAddress] = useState("");
  const [amount, setAmount] = useState("");
  const [faults, setFaults] = useState<PaymentFaults>({});
  const [payment, setPayment] = useState<Payment | null>(null);
  const tell = useTell();
  const send = ask.useMutation("post", "/wallet/payments", {
    onSuccess: () => {
      tell(said({ tone: "good", text: say.sendBegun, link: { to: "/work", text: words.live.see } }));
      onClose();
    },
    onError: () => setPayment(null),
  });
  const { reset } = send;
  useEffect(() => {
    if (open) return;
    setAddress("");
    setAmount("");
    setFaults({});
    setPayment(null);
    reset();
  }, [open, reset]);
  const review = (event: FormEvent) => {
    event.preventDefault();
    const read = readPayment(address, amount, wallet.balance);
    setFaults(read.faults);
    if (read.payment) setPayment(read.payment);
  };
  const balance = plain.money(wallet.balance, wallet.currency);
  if (payment) {
    return (
      <Dialog
        open={open}
        onClose={onClose}
        firm
        title={say.sendConfirmTitle}
        actions={
          <>
            <Button onClick={() => setPayment(null)} disabled={send.isPending}>
              {words.common.back}
            </Button>
            <Button kind="primary" busy={send.isPending} onClick={() => send.mutate({ body: { address: payment.address, amount: payment.amount } })}>
              {say.sendConfirm(plain.money(payment.amount, wallet.currency))}
            </Button>
          </>
        }
      >
        <Facts
          items={[
            [say.amount, <Money key="amount" amount={payment.amount} currency={wallet.currency} className="text-xl font-semibold" />],
            [say.sendTo, <code key="to" className="font-mono text-sm wrap-anywhere">{payment.address}</code>],
          ]}
        />
        <p className="mt-4 text-sm text-ink-2">{say.sendLesson}</p>
      </Dialog>
    );
  }
  return (
    <Dialog open={open} onClose={onClose} firm title={say.sendTitle}>
      <form onSubmit={review} className="grid gap-5" noValidate>
        <TextField
          label={say.sendTo}
          hint={say.sendToHint}
          value={address}
          spellCheck={false}
          autoCapitalize="none"
          wrong={faults.address ?? faultOf(send.error, "address")}
          onChange={(event) => setAddress(event.target.value)}
        />
        <TextField
          label={`${say.sendAmount} (${wallet.currency})`}
          hint={say.sendAmountHint(balance)}
          inputMode="decimal"
          value={amount}
          wrong={faults.amount ?? faultOf(send.error, "amount")}
          onChange={(event) => setAmount(event.target.value)}
        />
        {send.error && <ProblemNotice problem={send.error} />}
        <Button type="submit" kind="primary">
          {say.sendReview}
        </Button>
      </form>
    </Dialog>
  );
}
