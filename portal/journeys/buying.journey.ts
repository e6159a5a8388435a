// Finding, looking closely, buying with two clicks, holding the receipt; with the market killed in the middle.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { en as words } from "../src/words/en";
import { isAccessible, launch, reaches, windowOf } from "./browser";
import { EXAMPLES, type Person, Street } from "./street";

const say = words.buy;
let street: Street;
let browser: Browser;
let wren: Person;

let planes: string;

beforeAll(async () => {
  street = await Street.open();
  browser = await launch();
  wren = await street.person("wren");
  planes = await wren.sells("planes-2013.csv", "Aircraft seen in New York", "20");
  await wren.openDesk();
});
afterAll(async () => {
  await browser?.close();
  await street?.close();
});

async function findsThePlanes(page: Page): Promise<void> {
  await page.getByRole("link", { name: words.places.find }).first().click();
  await page.getByLabel(say.searchLabel).fill("aircraft");
  await page.getByLabel(say.searchLabel).press("Enter");
  await page.getByRole("link", { name: "Aircraft seen in New York" }).click();
  await page.getByRole("heading", { name: "Aircraft seen in New York", level: 1 }).waitFor();
}

test("the number on a listing's public page finds it on the desk, and both say the same about it", async () => {
  const lea = await street.person("lea");
  const { page, complaints } = await windowOf(browser);
  await page.goto(`${street.origin}/`);
  await page.getByRole("link", { name: "Aircraft seen in New York" }).first().click();
  await page.getByRole("heading", { name: "Aircraft seen in New York", level: 1 }).waitFor();
  const id = /lst_[0-9a-z]{26}/.exec(page.url())?.[0] ?? "no number";
  await page.getByText(`search for the number of this listing`, { exact: false }).waitFor();
  const offer = await page.getByRole("complementary").first().innerText();
  await page.goto(`${street.origin}/search?q=${id}`);
  await page.getByRole("link", { name: "Aircraft seen in New York" }).first().waitFor();

  await page.goto(await lea.openDesk());
  await page.getByRole("link", { name: words.places.find }).first().click();
  await page.getByLabel(say.searchLabel).fill(` ${id} `);
  await page.getByLabel(say.searchLabel).press("Enter");
  await page.getByRole("status").getByText(say.found(1)).waitFor();
  await page.getByRole("link", { name: "Aircraft seen in New York" }).click();
  const size = await page.getByRole("complementary", { name: say.offer }).getByText(/3,322 rows/).innerText();
  expect(offer).toContain(size.split(", ")[1]?.replace("\u00a0", " ") ?? "no size");
  for (const shown of ["CSV", "Creative Commons Attribution 4.0"]) {
    expect(offer).toContain(shown);
    await page.getByText(shown).first().waitFor();
  }
  await page.getByText("Transport", { exact: true }).first().waitFor();

  // Prices of one's own choosing, beside the bands.
  await page.goto(`${lea.pages}/find`);
  const limits = page.getByRole("form", { name: say.limits });
  await limits.getByLabel(say.limitFrom("tUSD")).fill("20.01");
  await limits.getByRole("button", { name: say.limitSet }).click();
  await page.getByText(say.nothingFound).waitFor();
  await limits.getByLabel(say.limitFrom("tUSD")).fill("20");
  await limits.getByLabel(say.limitTo("tUSD")).fill("12.345");
  await limits.getByRole("button", { name: say.limitSet }).click();
  await page.getByText(words.common.twoWays("12.345", "12345", "12.3450")).waitFor();
  await limits.getByLabel(say.limitTo("tUSD")).fill("20");
  await limits.getByRole("button", { name: say.limitSet }).click();
  await page.getByRole("link", { name: "Aircraft seen in New York" }).waitFor();
  await isAccessible(page);
  expect(complaints).toEqual([]);
});

test("a buyer finds a file, checks its sample, buys it with two clicks, and verifies the receipt, though the market dies in the middle", async () => {
  const jay = await street.person("jay");
  await jay.gets("100");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await jay.openDesk());
  await findsThePlanes(page);
  await isAccessible(page);
  await page.getByRole("button", { name: say.checkSample }).click();
  await page.getByRole("region", { name: /Sample of/ }).waitFor();
  await isAccessible(page);

  await page.getByRole("button", { name: say.buyFor("20.00\u00a0tUSD") }).click();
  await page.getByText(say.directTitle).waitFor();
  await isAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: say.confirm("20.00\u00a0tUSD") }).click();
  await page.getByRole("list", { name: say.timeline }).waitFor();

  await street.killMarket();
  await page.reload();
  await page.getByRole("list", { name: say.timeline }).waitFor();
  await isAccessible(page);
  await street.startMarket();
  const resume = page.getByRole("button", { name: say.resume });
  const done = page.getByRole("link", { name: say.toReceipt });
  const deadline = Date.now() + 120_000;
  while (!(await done.isVisible()) && Date.now() < deadline) {
    if (await resume.isVisible()) await resume.click().catch(() => undefined);
    await done.or(resume).first().waitFor({ timeout: 60_000 }).catch(() => undefined);
  }
  await isAccessible(page);

  const saving = page.waitForEvent("download");
  await page.getByRole("link", { name: say.saveFile }).click();
  const path = await (await saving).path();
  const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  expect(digest(path)).toBe(digest(join(EXAMPLES, "planes-2013.csv")));

  await done.click();
  await page.getByRole("heading", { name: words.receipts.receipt, level: 1 }).waitFor();
  await page.getByRole("heading", { name: words.receipts.findings }).waitFor();
  expect(await page.getByText(words.receipts.checkHolds, { exact: true }).count()).toBe(3);
  await isAccessible(page);
  const handed = page.waitForEvent("download");
  await page.getByRole("link", { name: words.receipts.json }).click();
  const receipt = await (await handed).path();
  const printed = page.waitForEvent("download");
  await page.getByRole("link", { name: words.receipts.pdf }).click();
  const pdf = await (await printed).path();
  await page.getByRole("button", { name: words.receipts.showParts }).click();
  await page.getByLabel(words.receipts.reader).fill("the tax office");
  await page.getByLabel(words.receipts.nonce).fill("n-7");
  const parts = page.waitForEvent("download");
  await page.getByRole("button", { name: words.receipts.savePresentation }).click();
  const presentation = await (await parts).path();

  await page.getByRole("link", { name: words.places.verify }).first().click();
  await page.locator('input[type="file"]').setInputFiles({ name: "receipt.json", mimeType: "application/json", buffer: readFileSync(receipt) });
  await page.getByText(words.receipts.holds, { exact: false }).first().waitFor();
  expect(await page.getByText("millionths").count()).toBe(0);

  // The PDF is checked by the receipt that it carries, and the page says that its print was not.
  await page.getByRole("button", { name: words.receipts.another }).click();
  await page.locator('input[type="file"]').setInputFiles({ name: "receipt.pdf", mimeType: "application/pdf", buffer: readFileSync(pdf) });
  await page.getByText(`${words.receipts.holds}: ${words.receipts.kinds.receipt}`).waitFor();
  await page.getByRole("listitem").filter({ hasText: "What is printed on the page" }).getByText(words.receipts.checkOpen, { exact: true }).waitFor();
  await isAccessible(page);

  // Parts of it: what was not checked is not said to hold, and whoever they were made for can see that.
  await page.getByRole("button", { name: words.receipts.another }).click();
  const shown = { name: "parts.json", mimeType: "application/json", buffer: readFileSync(presentation) };
  await page.locator('input[type="file"]').setInputFiles(shown);
  const forYou = page.getByRole("listitem").filter({ hasText: "made for you" });
  await forYou.getByText(words.receipts.checkOpen, { exact: true }).waitFor();
  await page.getByText(words.receipts.withheld).waitFor();
  await page.getByRole("button", { name: words.receipts.another }).click();
  await page.getByText(words.receipts.more).click();
  await page.getByLabel(words.receipts.moreTo).fill("the tax office");
  await page.getByLabel(words.receipts.moreNonce).fill("n-7");
  await isAccessible(page);
  await page.locator('input[type="file"]').setInputFiles(shown);
  await forYou.getByText(words.receipts.checkHolds, { exact: true }).waitFor();

  // The whole ledger.
  await page.getByRole("button", { name: words.receipts.ledgerCheck }).click();
  await page.getByText(words.receipts.ledgerHolds).waitFor({ timeout: 60_000 });
  await isAccessible(page);
  const damaged = readFileSync(receipt, "utf8").replace(/"index":\s*(\d+)/, (_all, index: string) => `"index":${String(Number(index) + 1)}`);
  await page.getByRole("button", { name: words.receipts.another }).click();
  await page.locator('input[type="file"]').setInputFiles({ name: "receipt.json", mimeType: "application/json", buffer: Buffer.from(damaged) });
  await page.getByText(words.receipts.holdsNot, { exact: false }).or(page.getByRole("alert")).first().waitFor();
  await page.getByRole("alert").getByText(words.problem.moneyLabel).waitFor();

  // A sample is checked against its manifest, which only the market has. Without it: a sentence soon, and a way to stop waiting.
  const sample = { name: "sample.json", mimeType: "application/json", buffer: Buffer.from(await (await fetch(`${street.origin}/api/v1/listings/${planes}/sample`)).arrayBuffer()) };
  const again = async () => {
    if (await page.getByRole("button", { name: words.receipts.another }).isVisible()) await page.getByRole("button", { name: words.receipts.another }).click();
    await page.locator('input[type="file"]').setInputFiles(sample);
  };
  await again();
  await page.getByText(`${words.receipts.holds}: ${words.receipts.kinds.sample}`).waitFor();
  await street.killMarket();
  await again();
  await page.getByRole("button", { name: words.common.cancel, exact: true }).click();
  await page.getByRole("button", { name: words.common.cancel, exact: true }).waitFor({ state: "hidden" });
  await again();
  await page.getByRole("alert").getByText(words.problem.moneyLabel).waitFor({ timeout: 15_000 });
  await isAccessible(page);
  await street.startMarket();

  // What the terminal says of it is the same.
  const { receipts } = (await jay.does("receipts", "list")) as { receipts: unknown[] };
  expect(receipts).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test("the desk is killed in the middle of a purchase: the page says so, and the started desk finishes it by itself", async () => {
  const ida = await street.person("ida");
  await ida.gets("100");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await ida.openDesk());
  await findsThePlanes(page);
  await page.getByRole("button", { name: say.buyFor("20.00\u00a0tUSD") }).click();
  await page.getByRole("dialog").getByRole("button", { name: say.confirm("20.00\u00a0tUSD") }).click();
  await page.getByRole("list", { name: say.timeline }).waitFor();
  await ida.closeDesk();
  await page.getByText(words.live.gone).waitFor();
  await page.getByText(words.problem.noAnswerMoney).waitFor();
  await isAccessible(page);

  await page.goto(await ida.openDesk());
  await page.getByRole("link", { name: words.places.orders }).first().click();
  await page.getByRole("link", { name: "Aircraft seen in New York" }).click();
  // Nobody presses anything: paid once, and done.
  await page.getByRole("link", { name: say.toReceipt }).waitFor({ timeout: 120_000 });
  await page.getByRole("link", { name: words.places.wallet }).first().click();
  await page.getByRole("table", { name: words.wallet.history }).getByText("−20.00").waitFor();
  expect(await page.getByRole("table", { name: words.wallet.history }).getByText("−20.00").count()).toBe(1);
  await page.getByText("80.00").first().waitFor();
  expect(complaints).toEqual([]);
});

test("the same journey works by keyboard alone", async () => {
  const kim = await street.person("kim");
  await kim.gets("100");
  const { page } = await windowOf(browser);
  await page.goto(await kim.openDesk());
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  await reaches(page, "link", words.places.find);
  await page.keyboard.press("Enter");
  await reaches(page, "searchbox", say.searchLabel);
  await page.keyboard.type("aircraft");
  await page.keyboard.press("Enter");
  await reaches(page, "link", "Aircraft seen in New York");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Aircraft seen in New York", level: 1 }).waitFor();
  await reaches(page, "button", say.buyFor("20.00\u00a0tUSD"));
  await page.keyboard.press("Enter");
  await reaches(page, "button", say.confirm("20.00\u00a0tUSD"));
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: say.toReceipt }).waitFor({ timeout: 120_000 });
});

test("a buyer without money is told before anything is ordered", async () => {
  const lou = await street.person("lou");
  const { page } = await windowOf(browser);
  await page.goto(await lou.openDesk());
  await findsThePlanes(page);
  await page.getByRole("button", { name: say.buyFor("20.00\u00a0tUSD") }).click();
  await page.getByText(say.shortTitle).waitFor();
  expect(await page.getByRole("dialog").getByRole("button", { name: say.confirm("20.00\u00a0tUSD") }).isDisabled()).toBe(true);
  const { orders } = (await lou.does("orders", "list")) as { orders: unknown[] };
  expect(orders).toEqual([]);
});
