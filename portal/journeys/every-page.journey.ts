// Every page, light and dark, on a phone and on a desk: pictures to be looked at, nothing wider than its window, nothing serious
// for axe.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { en as words } from "../src/words/en";
import { fitsItsWindow, isAccessible, launch, picture, windowOf } from "./browser";
import { fileOf, type Person, Street } from "./street";

const LOOKS = [
  { name: "desktop-light", scheme: "light", width: 1280, height: 900 },
  { name: "desktop-dark", scheme: "dark", width: 1280, height: 900 },
  { name: "phone-light", scheme: "light", width: 390, height: 844 },
  { name: "phone-dark", scheme: "dark", width: 390, height: 844 },
] as const;

let street: Street;
let browser: Browser;
let jay: Person;
let wren: Person;
let listing: string;
let long: string;
let order: string;
let receipt: string;

beforeAll(async () => {
  street = await Street.open();
  browser = await launch();
  wren = await street.person("wren");
  jay = await street.person("jay");
  listing = await wren.sells("planes-2013.csv", "Aircraft seen in New York", "20");
  const wide = fileOf(street, "a-file-with-a-very-long-name-that-does-not-want-to-end-anywhere-near-here.csv", `${"averyveryverylongcolumnnamewithoutanybreaks"},b\n${"x,1\n".repeat(300)}`);
  const sold = await wren.does(
    "sell", wide, "--title", "A title that goes on and on because its seller could not decide what matters about this file and wrote everything",
    "--abstract", "Unbreakable: https://example.org/a/very/long/address/that/never/ends/and/has/no/spaces/in/it/at/all/anywhere/in/the/whole/line",
    "--price", "9900000", "--licence", "CC-BY-4.0", "--category", "transport", "--tag", "long",
  );
  long = String(sold.listing);
  await wren.openDesk();
  await jay.gets("100");
  const bought = await jay.does("buy", listing, "--yes");
  order = String(bought.order);
  receipt = String(bought.receipt);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await street?.close();
});

async function everyPage(person: Person, who: string, places: Record<string, string>): Promise<void> {
  await person.closeDesk();
  const link = await person.openDesk();
  const first = await windowOf(browser);
  await first.page.goto(link);
  await first.page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  const cookies = await first.context.cookies();
  for (const look of LOOKS) {
    const { context, page, complaints } = await windowOf(browser, look);
    await context.addCookies(cookies);
    for (const [name, place] of Object.entries(places)) {
      await page.goto(`${person.pages}${place}`);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await page.locator('[role="status"]:has-text("Loading")').first().waitFor({ state: "hidden" }).catch(() => undefined);
      await picture(page, `desk-${who}-${name}-${look.name}`);
      await fitsItsWindow(page);
      await isAccessible(page);
    }
    expect(complaints).toEqual([]);
    await context.close();
  }
}

test("every page of a buyer's desk", async () => {
  await everyPage(jay, "buyer", {
    overview: "/", find: "/find", listing: `/find/${listing}`, "listing-long": `/find/${long}`, watch: "/watch", orders: "/orders", order: `/orders/${order}`,
    receipts: "/receipts", receipt: `/receipts/${receipt}`, wallet: "/wallet", verify: "/verify", market: "/market", settings: "/settings", work: "/work",
    missing: "/no-such-page", "sales-empty": "/sales", "goods-empty": "/goods",
  });
}, 400_000);

test("every page of a seller's desk", async () => {
  await everyPage(wren, "seller", { overview: "/", sell: "/sell", goods: "/goods", sales: "/sales", "orders-empty": "/orders", "wallet": "/wallet" });
}, 400_000);

test("every page of the public catalogue, readable without JavaScript and without a cookie", async () => {
  const places: Record<string, string> = { home: "/", search: "/search?q=aircraft", "search-empty": "/search?q=nothingofthekind", listing: `/listings/${listing}`, "listing-long": `/listings/${long}`, missing: "/no-such-page" };
  for (const look of LOOKS) {
    const context = await browser.newContext({ colorScheme: look.scheme, viewport: { width: look.width, height: look.height }, javaScriptEnabled: true, locale: "en-GB", timezoneId: "UTC" });
    const page = await context.newPage();
    const others: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(street.origin) && !request.url().startsWith("data:")) others.push(request.url());
    });
    for (const [name, place] of Object.entries(places)) {
      await page.goto(`${street.origin}${place}`);
      await picture(page, `catalogue-${name}-${look.name}`);
      await fitsItsWindow(page);
      await isAccessible(page);
    }
    expect(others).toEqual([]);
    expect(await context.cookies()).toEqual([]);
    await context.close();
  }
  const quiet = await browser.newContext({ javaScriptEnabled: false });
  const page = await quiet.newPage();
  await page.goto(`${street.origin}/`);
  await page.getByRole("searchbox").first().fill("aircraft");
  await page.getByRole("searchbox").first().press("Enter");
  await page.getByRole("link", { name: "Aircraft seen in New York" }).first().click();
  await page.getByRole("heading", { name: "Aircraft seen in New York", level: 1 }).waitFor();
}, 400_000);
