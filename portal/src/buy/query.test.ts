import { expect, test } from "vitest";
import { addressOf, asksSomething, asQuestion, asWatched, readSought, writeSought } from "./query";

test("a search survives being written into the address and read again", () => {
  const address = new URLSearchParams("words=planes&category=transport&tag=a&tag=b&price=10.00-50.00&order=price&from=48");
  const sought = readSought(address);
  expect(sought.offset).toBe(48);
  expect(writeSought(sought).toString()).toBe("words=planes&category=transport&tag=a&tag=b&price=10.00-50.00&order=price&from=48");
});

test("a band of prices is half open, and the desk's limits are not", () => {
  const question = asQuestion(readSought(new URLSearchParams("price=10.00-50.00")));
  expect(question.min_price).toBe("10.00");
  expect(question.max_price).toBe("49.99");
  expect(asQuestion(readSought(new URLSearchParams("price=100.00-"))).max_price).toBeUndefined();
});

test("limits of one's own stand in place of a band, and what is no amount is no limit", () => {
  const question = asQuestion(readSought(new URLSearchParams("least=12.50&most=20.00&price=10.00-50.00")));
  expect(question).toMatchObject({ min_price: "12.50", max_price: "20.00" });
  expect(readSought(new URLSearchParams("least=cheap")).least).toBeNull();
  expect(asksSomething(readSought(new URLSearchParams("most=5.00")))).toBe(true);
});

test("a watched search leads back to the search it was made from", () => {
  const sought = readSought(new URLSearchParams("words=planes&tag=a&price=10.00-50.00"));
  const address = addressOf(asWatched(sought));
  expect(address).toBe("/find?words=planes&tag=a&least=10.00&most=49.99");
  expect(asQuestion(readSought(new URLSearchParams(address.slice("/find?".length))))).toEqual(asQuestion(sought));
});

test("nonsense in the address is a search from the beginning", () => {
  expect(readSought(new URLSearchParams("from=-3")).offset).toBe(0);
  expect(readSought(new URLSearchParams("from=x")).offset).toBe(0);
});
