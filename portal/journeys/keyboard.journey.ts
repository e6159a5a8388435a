// The same ways with the keyboard alone: making a desk, putting a file up, watching, unlocking. Nothing here is clicked.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { en as words } from "../src/words/en";
import { launch, reaches, windowOf } from "./browser";
import { EXAMPLES, Street } from "./street";

const PASSPHRASE = "carbon lantern orbit mussel";
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

/** Goes to a field and types over what stands there. */
async function types(page: Page, name: string | RegExp, text: string): Promise<void> {
  await reaches(page, "textbox", name);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

async function presses(page: Page, name: string): Promise<void> {
  await reaches(page, "button", name);
  await page.keyboard.press("Enter");
}

test("a desk is made and unlocked by keyboard alone", async () => {
  const say = words.firstRun;
  const ada = street.stranger("ada");
  const { page } = await windowOf(browser);
  await page.goto(await ada.openDesk());
  await reaches(page, "button", new RegExp(`^${say.make}`));
  await page.keyboard.press("Enter");
  await types(page, say.marketLabel, street.origin);
  await page.keyboard.press("Enter");
  await presses(page, say.trust);
  for (const label of [say.passLabel, say.passAgain]) {
    await page.getByLabel(label, { exact: true }).waitFor();
    for (let tabs = 0; tabs < 20 && !(await page.getByLabel(label, { exact: true }).evaluate((box) => box === document.activeElement)); tabs += 1) await page.keyboard.press("Tab");
    await page.keyboard.type(PASSPHRASE);
  }
  await page.keyboard.press("Enter");
  const shown = page.getByRole("list", { name: say.wordsLabel });
  await shown.waitFor();
  const list = await shown.getByRole("listitem").evaluateAll((items) => items.map((item) => (item.textContent ?? "").replace(/[^a-z]/g, "")));
  await presses(page, say.wordsDone);
  const asked = await page.getByRole("textbox").evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).labels?.[0]?.textContent ?? ""));
  for (const label of asked) {
    const n = Number(label.replace(/\D+/g, ""));
    await types(page, say.checkWord(n), list[n - 1] ?? "");
  }
  await page.keyboard.press("Enter");
  await presses(page, say.begin);
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();

  await presses(page, words.places.lock);
  await page.getByRole("heading", { name: words.session.lockedTitle }).waitFor();
  // The field has the focus already.
  await page.keyboard.type(PASSPHRASE);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
});

test("a file is put up, looked up and watched by keyboard alone", async () => {
  const say = words.sell;
  const wren = await street.person("wren");
  const { page } = await windowOf(browser);
  await page.goto(await wren.openDesk());
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  // The first thing that the tab key finds leads past the navigation.
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(words.places.skip);
  await reaches(page, "link", words.places.sell);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: say.fileTitle }).waitFor();
  const file = page.locator('input[type="file"]');
  const choosing = page.waitForEvent("filechooser");
  for (let tabs = 0; tabs < 60 && !(await file.evaluate((box) => box === document.activeElement)); tabs += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await (await choosing).setFiles(join(EXAMPLES, "planes-2013.csv"));
  await page.getByText("tailnum", { exact: false }).first().waitFor();
  await presses(page, words.common.next);
  await types(page, say.listingTitle, "Planes by keyboard");
  await reaches(page, "combobox", say.category);
  await page.keyboard.type("transport");
  await presses(page, words.common.next);
  await reaches(page, "combobox", say.licence);
  await page.keyboard.press("ArrowDown");
  await types(page, say.price("tUSD"), "20");
  await presses(page, words.common.next);
  await reaches(page, "checkbox", `${say.closed} tailnum`);
  await page.keyboard.press("Space");
  await presses(page, words.common.next);
  await page.getByText("20.00").first().waitFor();
  await presses(page, say.putUp);
  const row = page.getByRole("listitem").filter({ hasText: "Planes by keyboard" });
  await row.getByText(words.buy.states.live).waitFor({ timeout: 60_000 });

  await reaches(page, "link", words.places.find);
  await page.keyboard.press("Enter");
  await reaches(page, "searchbox", words.buy.searchLabel);
  await page.keyboard.type("keyboard");
  await page.keyboard.press("Enter");
  await presses(page, words.buy.watchSearch);
  const sheet = page.getByRole("dialog");
  await sheet.waitFor();
  // Escape leaves, and the focus comes back to where it was.
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(words.buy.watchSearch);
  await page.keyboard.press("Enter");
  await types(page, words.buy.watchName, "By keyboard");
  for (let tabs = 0; tabs < 9 && !(await sheet.getByRole("button", { name: words.buy.watchSearch }).evaluate((button) => button === document.activeElement)); tabs += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText(words.buy.searchWatched).first().waitFor();
});
