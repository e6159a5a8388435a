// Listing a file in five steps, with the desk killed in the middle; then what the owner can do with it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { en as words } from "../src/words/en";
import { isAccessible, launch, picture, windowOf } from "./browser";
import { EXAMPLES, fileOf, Street } from "./street";

const say = words.sell;
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

test("a seller lists a file in five steps, the desk is killed while it works, and the listing goes live all the same", async () => {
  const wren = await street.person("wren");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await wren.openDesk());
  await page.getByRole("link", { name: words.places.sell }).first().click();
  await page.getByRole("heading", { name: say.fileTitle }).waitFor();
  await isAccessible(page);
  const next = page.getByRole("button", { name: words.common.next, exact: true });

  // An empty file is refused before anything else is asked.
  await page.locator('input[type="file"]').setInputFiles(fileOf(street, "empty.csv", ""));
  await page.getByRole("alert").first().waitFor();

  await page.locator('input[type="file"]').setInputFiles(join(EXAMPLES, "planes-2013.csv"));
  await page.getByText("tailnum", { exact: false }).first().waitFor();
  await next.click();
  await next.click();
  await page.getByText(say.titleMissing).waitFor();
  await page.getByLabel(say.listingTitle, { exact: true }).fill("Aircraft seen in New York");
  await page.getByLabel(say.abstract).fill("One row for each aircraft that left New York in 2013.");
  await page.getByLabel(say.category, { exact: true }).selectOption("transport");
  await page.getByLabel(say.tags).fill("planes, faa");
  await isAccessible(page);
  await next.click();
  await page.getByLabel(say.licence, { exact: true }).selectOption("CC-BY-4.0");
  await page.getByLabel(say.price("tUSD"), { exact: true }).fill("1234");
  await next.click();
  await page.getByText(say.priceDigits).waitFor();
  await page.getByLabel(say.price("tUSD"), { exact: true }).fill("20");
  await isAccessible(page);

  // A reload in the middle loses nothing that was typed, nor the step.
  await page.reload();
  await page.getByRole("heading", { name: say.termsTitle }).waitFor();
  expect(await page.getByLabel(say.price("tUSD"), { exact: true }).inputValue()).toBe("20");
  await page.getByRole("button", { name: words.common.back, exact: true }).click();
  expect(await page.getByLabel(say.listingTitle, { exact: true }).inputValue()).toBe("Aircraft seen in New York");
  await next.click();
  await next.click();
  await page.getByRole("checkbox", { name: `${say.closed} tailnum` }).check();
  await picture(page, "desk-sell-sample");
  await isAccessible(page);
  await next.click();
  await page.getByText("20.00").first().waitFor();
  // What is agreed to without having been asked stands in the last look too.
  await page.getByText("Later versions are not included.").waitFor();
  await page.getByText(say.presets.aggregates, { exact: true }).waitFor();
  await picture(page, "desk-sell-last-look");
  await isAccessible(page);
  await page.getByRole("button", { name: say.putUp }).click();
  const row = page.getByRole("listitem").filter({ hasText: "Aircraft seen in New York" });
  // Sealed and on record, and not live yet: now the power fails.
  await row.waitFor();
  await wren.closeDesk();
  await page.goto(await wren.openDesk());
  await page.getByRole("link", { name: words.places.goods }).first().click();
  const goOn = row.getByRole("button", { name: say.goOn });
  const live = row.getByText(words.buy.states.live);
  await goOn.or(live).first().waitFor();
  if (await goOn.isVisible()) await goOn.click();
  await live.waitFor({ timeout: 60_000 });
  await isAccessible(page);

  await row.getByRole("link", { name: "Aircraft seen in New York" }).click();
  await page.getByRole("button", { name: words.buy.checkSample }).click();
  await page.getByText(words.buy.sampleChecked(0).replace(/^0 /, "")).first().waitFor();
  const columns = page.getByRole("table", { name: words.buy.columnsTitle });
  expect(await columns.getByRole("row").filter({ hasText: "tailnum" }).textContent()).toContain(words.buy.redacted);
  expect(await columns.getByRole("row").filter({ hasText: "manufacturer" }).textContent()).toContain(words.buy.open);
  expect(complaints).toEqual([]);
});

test("the desk is killed in the moment of putting up: whatever it had come to, what was typed is there and the file goes live", async () => {
  const ivo = await street.person("ivo");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await ivo.openDesk());
  await page.getByRole("link", { name: words.places.sell }).first().click();
  const next = page.getByRole("button", { name: words.common.next, exact: true });
  const large = fileOf(street, "large.csv", `a,b\n${"some text that takes a while to seal,1\n".repeat(1_000_000)}`);
  await page.locator('input[type="file"]').setInputFiles(large);
  await page.getByRole("status").getByText("large.csv").waitFor();
  await next.click();
  await page.getByLabel(say.listingTitle, { exact: true }).fill("Typed once");
  await page.getByLabel(say.category, { exact: true }).selectOption("transport");
  await next.click();
  await page.getByLabel(say.licence, { exact: true }).selectOption("CC-BY-4.0");
  await page.getByLabel(say.price("tUSD"), { exact: true }).fill("20");
  await next.click();
  await next.click();
  await page.getByText("20.00").first().waitFor();
  await page.getByRole("button", { name: say.putUp }).click();
  await page.getByRole("heading", { name: say.goodsTitle }).waitFor();
  await ivo.closeDesk();

  await page.goto(await ivo.openDesk());
  await page.getByRole("link", { name: words.places.goods }).first().click();
  await page.getByText(say.unlisted("Typed once")).waitFor();
  await isAccessible(page);
  await page.getByRole("button", { name: say.unlistedGoOn }).click();
  for (let step = 0; step < 4; step += 1) {
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await next.click();
  }
  await page.getByRole("button", { name: say.putUp }).click();
  await page.getByRole("listitem").filter({ hasText: "Typed once" }).getByText(words.buy.states.live).waitFor({ timeout: 120_000 });
  expect(complaints).toEqual([]);
});

test("the market dies while a file is put up: the work waits and says why, and goes on by itself when the market is back", async () => {
  const moa = await street.person("moa");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await moa.openDesk());
  await page.getByRole("link", { name: words.places.sell }).first().click();
  const next = page.getByRole("button", { name: words.common.next, exact: true });
  await page.locator('input[type="file"]').setInputFiles(join(EXAMPLES, "planes-2013.csv"));
  await page.getByText("tailnum", { exact: false }).first().waitFor();
  await next.click();
  await page.getByLabel(say.listingTitle, { exact: true }).fill("Planes in a storm");
  await page.getByLabel(say.category, { exact: true }).selectOption("transport");
  await next.click();
  await page.getByLabel(say.licence, { exact: true }).selectOption("CC-BY-4.0");
  await page.getByLabel(say.price("tUSD"), { exact: true }).fill("20");
  await next.click();
  await next.click();
  await page.getByText("20.00").first().waitFor();
  await street.killMarket();
  await page.getByRole("button", { name: say.putUp }).click();
  await page.getByRole("heading", { name: say.goodsTitle }).waitFor();
  const work = page.getByRole("article", { name: "Planes in a storm" }).first();
  await work.getByText(words.jobs.waiting, { exact: true }).waitFor({ timeout: 60_000 });
  await work.getByRole("alert").getByText(words.problem.nextLabel).waitFor();
  await isAccessible(page);

  await street.startMarket();
  const row = page.getByRole("listitem").filter({ hasText: "Planes in a storm" });
  await row.getByText(words.buy.states.live).waitFor({ timeout: 90_000 });
  expect(complaints).toEqual([]);
});

test("an owner changes the price, pauses, puts back on sale, and ends a listing for good", async () => {
  const wren = await street.person("wren-two");
  await wren.sells("planes-2013.csv", "Planes again", "10");
  const { page } = await windowOf(browser);
  await page.goto(await wren.openDesk());
  await page.getByRole("link", { name: words.places.goods }).first().click();
  const row = page.getByRole("listitem").filter({ hasText: "Planes again" });
  await row.getByRole("button", { name: say.edit }).click();
  await page.getByLabel(say.price("tUSD"), { exact: true }).fill("15");
  await page.getByRole("button", { name: say.publish }).click();
  await row.getByText("15.00").waitFor({ timeout: 60_000 });
  await row.getByRole("button", { name: say.pause }).click();
  await row.getByText(words.buy.states.paused).waitFor({ timeout: 60_000 });
  await row.getByRole("button", { name: say.resume }).click();
  await row.getByText(words.buy.states.live).waitFor({ timeout: 60_000 });
  await row.getByRole("button", { name: say.retire }).click();
  await isAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: say.retire }).click();
  await row.getByText(words.buy.states.retired).waitFor({ timeout: 60_000 });
});
