import { expect, test } from "vitest";
import { addressOf, asQuestion, asWatched, readSought, writeSought } from "./query";

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

test("a watched search leads back to the search it was made from", () => {
  const sought = readSought(new URLSearchParams("words=planes&tag=a&price=10.00-50.00"));
  expect(addressOf(asWatched(sought))).toBe("/find?words=planes&tag=a&price=10.00-50.00");
});

test("nonsense in the address is a search from the beginning", () => {
  expect(readSought(new URLSearchParams("from=-3")).offset).toBe(0);
  expect(readSought(new URLSearchParams("from=x")).offset).toBe(0);
});
