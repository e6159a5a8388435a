// Many tabs of one desk, and many pages left behind in one tab: all answer, all know what happens.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { en as words } from "../src/words/en";
import { launch, windowOf } from "./browser";
import { Street } from "./street";

const TABS = 8;
const PASSPHRASE = "carbon lantern orbit mussel";
let street: Street;
let browser: Browser;
let ordinary: Browser;

beforeAll(async () => {
  street = await Street.open();
  browser = await launch();
  ordinary = await launch([], { ordinary: true });
});
afterAll(async () => {
  await browser?.close();
  await ordinary?.close();
  await street?.close();
});

const stands = (page: Page, title: string) => page.getByRole("heading", { name: title, level: 1 }).waitFor();

test("eight tabs of one desk all answer; when the one that listens is closed the others still hear, and locking one locks all", async () => {
  const ivy = await street.person("ivy", PASSPHRASE);
  const { context, page, complaints } = await windowOf(browser);
  await page.goto(await ivy.openDesk());
  await stands(page, words.overview.title);
  const tabs: Page[] = [];
  for (let tab = 1; tab < TABS; tab += 1) {
    const next = await context.newPage();
    next.setDefaultTimeout(30_000);
    await next.goto(`${ivy.pages}/wallet`);
    await stands(next, words.wallet.title);
    tabs.push(next);
  }
  // The first tab listens for all.
  await page.close();
  const [second, ...others] = tabs as [Page, ...Page[]];
  await second.getByRole("button", { name: words.wallet.receive }).first().click();
  const address = await second.getByRole("dialog").getByText(/^tacit1/).textContent();
  await second.getByRole("dialog").getByRole("button", { name: words.common.close }).click();
  await street.mint(address ?? "", "30");
  for (const tab of tabs) await tab.getByRole("main").getByText("30.00\u00a0tUSD").first().waitFor({ timeout: 60_000 });
  await second.getByRole("button", { name: words.places.lock, exact: true }).click();
  for (const tab of [second, ...others]) await tab.getByRole("heading", { name: words.session.lockedTitle }).waitFor();
  expect(complaints).toEqual([]);
});

test("in a browser that keeps the pages one left, the eighth page of a tab answers like the first, and going back shows the truth", async () => {
  const kim = await street.person("kim");
  const { page, complaints } = await windowOf(ordinary);
  await page.goto(await kim.openDesk());
  await stands(page, words.overview.title);
  for (let load = 0; load < TABS; load += 1) {
    await page.goto(`${kim.pages}/${load % 2 === 0 ? "settings" : "wallet"}`);
    await stands(page, load % 2 === 0 ? words.settings.title : words.wallet.title);
  }
  await page.getByRole("button", { name: words.wallet.receive }).first().click();
  const address = await page.getByRole("dialog").getByText(/^tacit1/).textContent();
  await page.getByRole("dialog").getByRole("button", { name: words.common.close }).click();
  await page.evaluate(() => Object.assign(globalThis, { left: true }));
  await page.goto(`${kim.pages}/settings`);
  await stands(page, words.settings.title);
  await street.mint(address ?? "", "30");
  await page.getByText("30.00").first().waitFor({ timeout: 60_000 });
  // The very page that was left comes back, without being loaded again, and counts anew.
  await page.evaluate(() => history.back());
  await stands(page, words.wallet.title);
  expect(await page.evaluate(() => "left" in globalThis)).toBe(true);
  await page.getByRole("main").getByText("30.00\u00a0tUSD").first().waitFor();
  expect(complaints).toEqual([]);
});
