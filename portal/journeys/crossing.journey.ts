// The market rotates its pool: money waits in the old one, the pages say so, and let it cross.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { en as words } from "../src/words/en";
import { fitsItsWindow, isAccessible, launch, picture, windowOf } from "./browser";
import { Street } from "./street";

const say = words.wallet;
const MONEY = "80.00\u00a0tUSD";
let street: Street;
let browser: Browser;

beforeAll(async () => {
  street = await Street.open();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await street?.close();
});

test("money in a rotated pool is named where it is missed, crosses with two clicks, and can be spent", async () => {
  const wren = await street.person("wren");
  const listing = await wren.sells("planes-2013.csv", "Aircraft seen in New York", "20");
  const jay = await street.person("jay");
  await jay.gets("80");
  await street.rotatePool();
  const { context, page, complaints } = await windowOf(browser);
  await page.goto(await jay.openDesk());
  await page.getByRole("link", { name: words.places.wallet }).first().click();
  await page.getByText(say.oldTitle).waitFor({ timeout: 60_000 });

  // A purchase fails for want of money, and the page does not say to receive some.
  await page.goto(`${jay.pages}/find/${listing}`);
  await page.getByRole("button", { name: words.buy.buyFor("20.00\u00a0tUSD") }).click();
  const notice = page.getByRole("dialog").getByText(words.buy.shortCrossing(MONEY));
  await notice.waitFor();
  await page.getByRole("dialog").getByRole("link", { name: words.buy.toWallet }).click();

  await page.getByRole("button", { name: say.cross }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(say.crossPublic).waitFor();
  await dialog.getByLabel(say.crossHours).fill("0");
  await dialog.getByRole("button", { name: say.cross }).click();
  await dialog.getByText(say.crossHoursWrong).waitFor();
  await isAccessible(page);
  const cookies = await context.cookies();
  for (const look of [{ scheme: "light", width: 1280, height: 900 }, { scheme: "dark", width: 390, height: 844 }] as const) {
    const seen = await windowOf(browser, look);
    await seen.context.addCookies(cookies);
    await seen.page.goto(`${jay.pages}/wallet`);
    await seen.page.getByText(say.oldTitle).waitFor();
    await picture(seen.page, `desk-crossing-${look.scheme}-${String(look.width)}`);
    await fitsItsWindow(seen.page);
    await seen.page.getByRole("button", { name: say.cross }).click();
    await seen.page.getByText(say.crossPublic).waitFor();
    await picture(seen.page, `desk-crossing-dialog-${look.scheme}-${String(look.width)}`);
    await isAccessible(seen.page);
    await seen.context.close();
  }
  await dialog.getByRole("radio", { name: say.crossNow }).check();
  await dialog.getByRole("button", { name: say.cross }).click();
  await page.getByRole("main").getByText(MONEY).first().waitFor();
  await page.getByText(say.oldTitle).waitFor({ state: "hidden", timeout: 120_000 });
  await page.getByRole("main").getByText(/80\.00 tUSD crossed/).waitFor({ timeout: 120_000 });
  await page.getByRole("cell", { name: say.moved.crossed }).or(page.getByRole("rowheader", { name: say.moved.crossed })).first().waitFor();
  await isAccessible(page);
  await picture(page, "desk-crossed");

  await page.goto(`${jay.pages}/find/${listing}`);
  await page.getByRole("button", { name: words.buy.buyFor("20.00\u00a0tUSD") }).click();
  await page.getByRole("dialog").getByRole("button", { name: words.buy.confirm("20.00\u00a0tUSD") }).isEnabled();
  expect(complaints).toEqual([]);
});
