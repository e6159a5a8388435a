import { expect, test } from "vitest";
import { words } from "../words";
import { readPayment } from "./payment";

const ADDRESS = `tacit1${"q".repeat(60)}`;

test("a payment is read only when both of its fields are right", () => {
  expect(readPayment(` ${ADDRESS} `, "12,5", "20.00")).toEqual({ payment: { address: ADDRESS, amount: "12.50" }, faults: {} });
  expect(readPayment(ADDRESS, "20.00", "20.00").payment).not.toBeNull();
  expect(readPayment("tacit2abc", "0", "20.00")).toEqual({ payment: null, faults: { address: words.wallet.sendToWrong, amount: words.wallet.sendAmountWrong } });
});

test("an amount that can be read as two is sent as neither", () => {
  const { payment, faults } = readPayment(ADDRESS, "12.345", "20000.00");
  expect(payment).toBeNull();
  expect(faults.amount).toBe(words.common.twoWays("12.345", "12345", "12.3450"));
});

test("nobody pays more than there is", () => {
  expect(readPayment(ADDRESS, "20.000001", "20.00").faults.amount).toBe(words.wallet.sendTooMuch);
});
