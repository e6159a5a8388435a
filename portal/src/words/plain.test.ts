import { describe, expect, test } from "vitest";
import { ago, amount, bytes, compareAmounts, count, list, money, readAmount, roundAmount, shortId, span, typeable, typedAmount } from "./plain";

describe("money is said digit for digit", () => {
  test("cents are always there, finer digits only when they count", () => {
    expect(amount("20", "en")).toBe("20.00");
    expect(amount("20.5", "en")).toBe("20.50");
    expect(amount("0.000001", "en")).toBe("0.000001");
    expect(amount("3.100000", "en")).toBe("3.10");
  });
  test("a number too large for a float keeps every digit, in the person's own way of writing", () => {
    expect(amount("9007199254740993.01", "en")).toBe("9,007,199,254,740,993.01");
    expect(amount("1234.50", "de")).toBe("1.234,50");
    expect(money("1.00", "tUSD", "en")).toBe("1.00\u00a0tUSD");
  });
  test("what goes out carries a true minus; what is no amount is left as it is", () => {
    expect(amount("-20.00", "en")).toBe("−20.00");
    expect(amount("twenty", "en")).toBe("twenty");
    expect(roundAmount("1000.00", "en")).toBe("1,000");
    expect(roundAmount("0.50", "en")).toBe("0.50");
  });
  test("amounts compare without floats", () => {
    expect(compareAmounts("0.1", "0.10")).toBe(0);
    expect(compareAmounts("9007199254.000001", "9007199254.000002")).toBeLessThan(0);
    expect(compareAmounts("x", "1")).toBeNaN();
  });
  test("what a person types becomes the desk's decimal, or nothing", () => {
    expect(typedAmount("12,5", "en")).toBe("12.50");
    expect(typedAmount(" 1 234.5 ", "en")).toBe("1234.50");
    expect(typedAmount("1,234", "en")).toBe("1234.00");
    expect(typedAmount("007", "en")).toBe("7.00");
    for (const wrong of ["", "-1", "1e3", "12.1234567", "abc", "1.2.3", "1,2,3", "1 2", "12.", ".5", "1,23,456"]) expect(typedAmount(wrong, "en"), wrong).toBeNull();
  });
  test.each([
    ["en-GB", { "1,000": "1000.00", "1,234.50": "1234.50", "1.234,50": "1234.50", "12.5": "12.50", "1,234,567": "1234567.00", "0.125": "0.125" }],
    ["de-DE", { "1.000": "1000.00", "1.234,50": "1234.50", "1,234.50": "1234.50", "12,5": "12.50", "12.5": "12.50", "1.234.567": "1234567.00", "1,234,567": "1234567.00", "0,125": "0.125" }],
    ["fr-FR", { "1\u202f000": "1000.00", "1 234,50": "1234.50", "1\u00a0234,5": "1234.50", "12,5": "12.50", "1.234,50": "1234.50" }],
    ["ar-EG", { "١٢٫٥": "12.50", "١٬٠٠٠": "1000.00", "١٬٢٣٤٫٥٠": "1234.50", "12.5": "12.50", "\u200f٨٠٫٠٠": "80.00", "1234": "1234.00" }],
    ["de-CH", { "1’234.50": "1234.50", "1'000": "1000.00" }],
    ["en-IN", { "1,00,000": "100000.00" }],
  ])("in %s an amount is read as it is written there", (place, amounts) => {
    for (const [typed, read] of Object.entries(amounts)) expect(typedAmount(typed, place), typed).toBe(read);
  });
  test("an amount that could be a thousand times another is not guessed; both are offered", () => {
    expect(readAmount("12,345", "de-DE")).toEqual({ amount: null, either: ["12345", "12,3450"] });
    expect(readAmount("12.345", "en-GB")).toEqual({ amount: null, either: ["12345", "12.3450"] });
    expect(readAmount("1.000", "fr-FR")).toEqual({ amount: null, either: ["1000", "1,00"] });
    expect(readAmount("١٫٠٠٠", "ar-EG")).toEqual({ amount: null, either: ["١٠٠٠", "١٫٠٠"] });
    for (const [place, ways] of [["de-DE", ["12345", "12,3450"]], ["ar-EG", ["١٠٠٠", "١٫٠٠"]]] as const) for (const way of ways) expect(typedAmount(way, place)).not.toBeNull();
    expect(readAmount("twelve", "de-DE")).toEqual({ amount: null });
  });
  test("every amount that is shown can be typed as it is shown, in digits of one kind", () => {
    for (const place of ["en-GB", "de-DE", "fr-FR", "ar-EG", "de-CH", "en-IN", "hi-IN-u-nu-deva"]) {
      for (const decimal of ["80.00", "1234.50", "1234567.00", "0.25", "12.3456"]) {
        expect(typedAmount(amount(decimal, place), place), `${place} ${decimal}`).toBe(decimal);
        expect(typedAmount(typeable(decimal, place), place), `${place} ${decimal}`).toBe(decimal);
      }
    }
    expect(amount("80.00", "ar-EG")).toBe("٨٠٫٠٠");
    expect(roundAmount("80.00", "ar-EG")).toBe("٨٠");
  });
});

test("sizes, spans and counts are in plain units", () => {
  expect(bytes(0, "en")).toBe("0\u00a0bytes");
  expect(bytes(1_400_000, "en")).toBe("1.4\u00a0MB");
  // As the public catalogue writes the same file.
  const sizes = [1, 999, 1_000, 9_949, 9_950, 393_500, 228_160].map((n) => bytes(n, "en").replace("\u00a0", " "));
  expect(sizes).toEqual(["1 byte", "999 bytes", "1.0 kB", "9.9 kB", "10.0 kB", "394 kB", "228 kB"]);
  expect(bytes(2_147_483_648, "en")).toBe("2.1\u00a0GB");
  expect(span(5, "en")).toBe("5 sec");
  expect(span(125, "en")).toBe("2 min 5 sec");
  expect(span(0, "en")).toBe("0 sec");
  expect(count(1, { one: "order", other: "orders" }, "en")).toBe("1 order");
  expect(count(1200, { one: "order", other: "orders" }, "en")).toBe("1,200 orders");
});

test("moments are told from now", () => {
  const now = Date.parse("2026-01-10T12:00:00Z");
  expect(ago("2026-01-10T11:57:00Z", now, "en")).toBe("3 minutes ago");
  expect(ago("2026-01-12T12:00:00Z", now, "en")).toBe("in 2 days");
  expect(ago("2026-01-10T11:59:40Z", now, "en")).toBe("now");
});

test("ids are shown by both ends, lists as a sentence", () => {
  expect(shortId("lst_a")).toBe("lst_a");
  expect(shortId("ord_01j9x8w7v6t5s4r3q2p1n0m9k8")).toBe("ord_01j9x8…m9k8");
  expect(list(["a", "b", "c"], "en")).toBe("a, b, and c");
});
