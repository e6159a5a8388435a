import { expect, test } from "vitest";
import { words } from "../words";
import { readPayment } from "./payment";

const ADDRESS = `tacit1${"q".repeat(60)}`;

test("a payment is read only when both of its fields are right", () => {
  expect(readPayment(` ${ADDRESS} `, "12,5", "20.00")).toEqual({ payment: { address: ADDRESS, amount: "12.50" }, faults: {} });
  expect(readPayment(ADDRESS, "20.00", "20.00").payment).not.toBeNull();
  expect(readPayment("tacit2abc", "0", "20.00")).toEqual({ payment: null, faults: { address: words.wallet.sendToWrong, amount: words.wallet.sendAmountWrong } });
});

test("nobody pays more than there is", () => {
  expect(readPayment(ADDRESS, "20.000001", "20.00").faults.amount).toBe(words.wallet.sendTooMuch);
});
