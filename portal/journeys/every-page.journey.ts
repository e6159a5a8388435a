// Every page, light and dark, on a phone and on a desk: pictures to be looked at, nothing wider than its window, nothing serious
// for axe.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { en as words } from "../src/words/en";
import { fitsItsWindow, isAccessible, launch, picture, windowOf } from "./browser";
import { fileOf, type Person, Street } from "./street";

const LOOKS = [
  { name: "desktop-light", scheme: "light", width: 1280, height: 900, axe: true },
  { name: "desktop-dark", scheme: "dark", width: 1280, height: 900, axe: false },
  { name: "phone-light", scheme: "light", width: 390, height: 844, axe: false },
  { name: "phone-dark", scheme: "dark", width: 390, height: 844, axe: true },
] as const;
type Look = (typeof LOOKS)[number];

const say = words.buy;
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

const FRAMES = new Set(["desk-buyer-overview", "catalogue-home"]);

/** An address, and what is pressed there before one looks. */
type Place = string | [address: string, press: (page: Page) => Promise<void>];

async function looksAt(page: Page, name: string, look: Look): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.locator('[role="status"]:has-text("Loading")').first().waitFor({ state: "hidden" });
  await picture(page, `${name}-${look.name}`);
  await fitsItsWindow(page);
  // Either scheme and either width once for every page; the frames, which have colours of their own, in all four looks.
  if (look.axe || FRAMES.has(name)) await isAccessible(page);
}

async function everyPage(person: Person, who: string, places: Record<string, Place>): Promise<void> {
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
      const [address, press] = typeof place === "string" ? [place, null] : place;
      await page.goto(`${person.pages}${address}`);
      await press?.(page);
      await looksAt(page, `desk-${who}-${name}`, look);
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
    sample: [`/find/${listing}`, async (page) => {
      await page.getByRole("button", { name: say.checkSample }).click();
      await page.getByRole("region", { name: /Sample of/ }).waitFor();
    }],
    "buy-sheet": [`/find/${long}`, async (page) => {
      await page.getByRole("button", { name: say.buyFor("9,900,000.00\u00a0tUSD") }).click();
      await page.getByText(say.shortTitle).waitFor();
    }],
    receive: ["/wallet", async (page) => {
      await page.getByRole("button", { name: words.wallet.receive }).first().click();
      await page.getByRole("dialog").getByText("tacit1").waitFor();
    }],
    send: ["/wallet", (page) => page.getByRole("button", { name: words.wallet.send, exact: true }).first().click()],
    menu: ["/", (page) => page.getByRole("button", { name: /^(Menu|No work running)$/ }).last().click()],
  });
}, 400_000);

test("every page of a seller's desk", async () => {
  await everyPage(wren, "seller", { overview: "/", sell: "/sell", goods: "/goods", sales: "/sales", "orders-empty": "/orders", "wallet": "/wallet" });
}, 400_000);

test("the ways in: without a session, and the first steps of a new desk", async () => {
  const nobody = street.stranger("nobody");
  const link = await nobody.openDesk();
  const first = await windowOf(browser);
  await first.page.goto(link);
  await first.page.getByRole("button", { name: words.firstRun.make }).waitFor();
  const cookies = await first.context.cookies();
  for (const look of LOOKS) {
    const { context, page } = await windowOf(browser, look);
    await page.goto(nobody.pages);
    await looksAt(page, "desk-way-none", look);
    await context.addCookies(cookies);
    await page.goto(nobody.pages);
    await page.getByRole("button", { name: words.firstRun.make }).waitFor();
    await looksAt(page, "desk-way-new", look);
    await page.getByRole("button", { name: words.firstRun.make }).click();
    await looksAt(page, "desk-way-market", look);
    await page.getByLabel(words.firstRun.marketLabel).fill(street.origin);
    await page.getByRole("button", { name: words.firstRun.meet }).click();
    await page.getByRole("button", { name: words.firstRun.trust }).waitFor();
    await looksAt(page, "desk-way-met", look);
    await page.getByRole("button", { name: words.firstRun.trust }).click();
    await page.getByLabel(words.firstRun.passLabel, { exact: true }).fill("carbon lantern orbit");
    await looksAt(page, "desk-way-passphrase", look);
    await context.close();
  }
}, 400_000);

test("a desk that has only just begun, and the same desk locked", async () => {
  const passphrase = "carbon lantern orbit";
  const lark = await street.person("lark", passphrase);
  const first = await windowOf(browser);
  await first.page.goto(await lark.openDesk());
  await first.page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  const cookies = await first.context.cookies();
  for (const look of LOOKS) {
    const { context, page } = await windowOf(browser, look);
    await context.addCookies(cookies);
    for (const [name, address] of Object.entries({ overview: "/", find: "/find", watch: "/watch", receipts: "/receipts", wallet: "/wallet" })) {
      await page.goto(`${lark.pages}${address}`);
      await looksAt(page, `desk-begun-${name}`, look);
    }
    if (look.width < 1000) await page.getByRole("button", { name: words.places.menu, exact: true }).last().click();
    await page.getByRole("button", { name: words.places.lock, exact: true }).click();
    await page.getByRole("heading", { name: words.session.lockedTitle }).waitFor();
    await looksAt(page, "desk-begun-locked", look);
    await page.locator('input[type="password"]').fill(passphrase);
    await page.getByRole("button", { name: words.session.unlock, exact: true }).click();
    await page.getByRole("heading", { name: words.session.lockedTitle }).waitFor({ state: "hidden" });
    await context.close();
  }
}, 400_000);

test("every page of the public catalogue, readable without JavaScript and without a cookie", async () => {
  const shown = await (await fetch(`${street.origin}/listings/${listing}`)).text();
  const seller = /href="(\/sellers\/[^"]+)"/.exec(shown)?.[1] ?? "no link to the seller";
  const places: Record<string, string> = { home: "/", seller, search: "/search?q=aircraft", "search-empty": "/search?q=nothingofthekind", listing: `/listings/${listing}`, "listing-long": `/listings/${long}`, columns: `/listings/${long}/columns`, market: "/market", log: "/log", privacy: "/privacy", help: "/help", missing: "/no-such-page" };
  for (const look of LOOKS) {
    const context = await browser.newContext({ colorScheme: look.scheme, viewport: { width: look.width, height: look.height }, javaScriptEnabled: true, locale: "en-GB", timezoneId: "UTC" });
    const page = await context.newPage();
    const others: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(street.origin) && !request.url().startsWith("data:")) others.push(request.url());
    });
    for (const [name, place] of Object.entries(places)) {
      await page.goto(`${street.origin}${place}`);
      await looksAt(page, `catalogue-${name}`, look);
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
