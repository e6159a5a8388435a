// Reading what somebody typed as a payment, before the desk reads it again.
import { plain, words } from "../words";

export interface Payment {
  address: string;
  amount: string;
}

export interface PaymentFaults {
  address?: string;
  amount?: string;
}

/** The payment, or what is wrong with each of its two fields. */
export function readPayment(address: string, amount: string, balance: string): { payment: Payment | null; faults: PaymentFaults } {
  const faults: PaymentFaults = {};
  const to = address.trim();
  if (!/^tacit1[a-z0-9]{20,}$/.test(to)) faults.address = words.wallet.sendToWrong;
  const typed = plain.readAmount(amount);
  const read = typed.amount;
  if (typed.either) faults.amount = words.common.twoWays(amount.trim(), ...typed.either);
  else if (read === null || plain.compareAmounts(read, "0") === 0) faults.amount = words.wallet.sendAmountWrong;
  else if (plain.compareAmounts(read, balance) > 0) faults.amount = words.wallet.sendTooMuch;
  const fine = faults.address === undefined && faults.amount === undefined && read !== null;
  return { payment: fine ? { address: to, amount: read } : null, faults };
}
