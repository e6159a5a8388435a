// From nothing to a desk, its backup, and the same desk on another machine.
import { afterAll, beforeAll, expect, test } from "vitest";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { en as words } from "../src/words/en";
import { isAccessible, launch, windowOf } from "./browser";
import { Street } from "./street";

const say = words.firstRun;
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

async function choosesMarket(page: Page): Promise<void> {
  await page.getByLabel(say.marketLabel).fill(street.origin);
  await page.getByRole("button", { name: say.meet }).click();
  await page.getByRole("button", { name: say.trust }).click();
}

/** Types back the words that are asked for. */
async function typesBack(page: Page, list: string[]): Promise<void> {
  for (const field of await page.getByRole("textbox").all()) {
    const label = (await field.evaluate((box) => (box as HTMLInputElement).labels?.[0]?.textContent ?? "")).replace(/\D+/g, "");
    await field.fill(list[Number(label) - 1] ?? "");
  }
  await page.getByRole("button", { name: words.common.next, exact: true }).click();
}

async function choosesPassphrase(page: Page, button: string): Promise<void> {
  await page.getByLabel(say.passLabel, { exact: true }).fill(PASSPHRASE);
  await page.getByLabel(say.passAgain, { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: button, exact: true }).click();
}

test("a person makes a desk, is asked for two of the words, keeps a backup, and comes back with both on another machine", async () => {
  const ada = street.stranger("ada");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await ada.openDesk());
  await page.getByRole("button", { name: say.make }).click();
  await isAccessible(page);

  // The market is away while it is being met: the page says so, and the same press works when it is back.
  await street.killMarket();
  await page.getByLabel(say.marketLabel).fill(street.origin);
  await page.getByRole("button", { name: say.meet }).click();
  await page.getByRole("alert").first().waitFor();
  await street.startMarket();
  await choosesMarket(page);
  await choosesPassphrase(page, say.makeIt);

  const list = await wordsShown(page);
  expect(list).toHaveLength(24);
  await isAccessible(page);
  await page.getByRole("button", { name: say.wordsDone }).click();
  expect(await page.content()).not.toContain(list.join(" "));
  await typesBack(page, list);

  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: words.settings.backupMake }).click();
  const backup = join(mkdtempSync(join(street.folder, "saved-")), "tacit.backup");
  await (await saved).saveAs(backup);
  await page.getByRole("button", { name: say.begin }).click();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  // Shown once means once: the words are nowhere in the page any more.
  const left = await page.content();
  expect(list.filter((word) => left.includes(`>${word}<`))).toEqual([]);
  await ada.closeDesk();

  const again = street.stranger("ada-again");
  await page.goto(await again.openDesk());
  await page.getByRole("button", { name: say.restore }).click();
  await page.getByLabel(say.restoreLabel).fill(list.join(" "));
  await page.locator('input[type="file"]').setInputFiles(backup);
  await page.getByRole("button", { name: words.common.next, exact: true }).click();
  await page.getByRole("button", { name: words.common.next, exact: true }).click();
  await choosesPassphrase(page, say.restoreIt);
  await page.getByRole("heading", { name: say.restoredTitle }).waitFor();
  await isAccessible(page);
  await page.getByRole("button", { name: say.beginRestored }).click();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  expect(complaints).toEqual([]);
});

test("a locked desk opens with its passphrase and with no other", async () => {
  const bea = street.stranger("bea");
  const { page } = await windowOf(browser);
  await page.goto(await bea.openDesk());
  await page.getByRole("button", { name: say.make }).click();
  await choosesMarket(page);
  await choosesPassphrase(page, say.makeIt);
  const list = await wordsShown(page);

  // Loading the page again is asked about first; whoever does it all the same is led back to the words.
  const asked = page.waitForEvent("dialog");
  const leaving = page.evaluate(() => location.reload());
  const question = await asked;
  expect(question.type()).toBe("beforeunload");
  await question.dismiss();
  await leaving;
  expect(await wordsShown(page)).toEqual(list);
  await page.reload();
  await page.getByText(say.wordsLeft).waitFor();
  await isAccessible(page);
  await page.getByLabel(words.session.passphrase, { exact: true }).fill("something else");
  await page.getByRole("button", { name: say.wordsShow }).click();
  await page.getByRole("alert").first().waitFor();
  await page.getByLabel(words.session.passphrase, { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: say.wordsShow }).click();
  expect(await wordsShown(page)).toEqual(list);
  await bea.closeDesk();

  await page.goto(await bea.openDesk());
  await page.getByRole("heading", { name: words.session.lockedTitle }).waitFor();
  await isAccessible(page);
  await page.getByLabel(words.session.passphrase, { exact: true }).fill("something else");
  await page.getByRole("button", { name: words.session.unlock, exact: true }).click();
  await page.getByRole("alert").first().waitFor();
  await page.getByLabel(words.session.passphrase, { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: words.session.unlock, exact: true }).click();

  // Neither did the restart of the desk make the words forgotten: only their person does.
  await page.getByText(say.wordsLeft).waitFor();
  await page.getByLabel(words.session.passphrase, { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: say.wordsShow }).click();
  expect(await wordsShown(page)).toEqual(list);
  await page.getByRole("button", { name: say.wordsDone }).click();
  await typesBack(page, list);
  await page.getByRole("button", { name: say.begin }).click();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
});

test("a backup is asked of a desk that was stopped: the page says what that means for the money, and the started desk makes it", async () => {
  const cleo = await street.person("cleo");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await cleo.openDesk());
  await page.getByRole("link", { name: words.places.settings }).first().click();
  const button = page.getByRole("button", { name: words.settings.backupMake });
  await button.waitFor();
  await cleo.closeDesk();
  await button.click();
  await page.getByRole("alert").getByText(words.problem.noAnswerTitle).waitFor();
  await page.getByRole("alert").getByText(words.problem.noAnswerMoney).waitFor();
  await page.getByText(words.live.gone).waitFor();
  await isAccessible(page);

  await page.goto(await cleo.openDesk());
  await page.getByRole("link", { name: words.places.settings }).first().click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: words.settings.backupMake }).click();
  await (await saved).path();
  await page.getByText(words.settings.backupSaved).waitFor();
  expect(complaints).toEqual([]);
});

test("a desk is brought back while its market is away, and finds its money when the market returns", async () => {
  const dora = street.stranger("dora");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await dora.openDesk());
  await page.getByRole("button", { name: say.make }).click();
  await choosesMarket(page);
  await choosesPassphrase(page, say.makeIt);
  const list = await wordsShown(page);
  await page.getByRole("button", { name: say.wordsDone }).click();
  await typesBack(page, list);
  await page.getByRole("button", { name: say.begin }).click();
  await page.getByRole("link", { name: words.places.wallet }).first().click();
  await page.getByRole("button", { name: words.wallet.receive }).first().click();
  const address = await page.getByRole("dialog").getByText(/^tacit1/).textContent();
  await street.mint(address ?? "", "30");
  await page.getByRole("dialog").getByRole("button", { name: words.common.close }).click();
  await page.getByText("30.00").first().waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: words.places.settings }).first().click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: words.settings.backupMake }).click();
  const backup = join(mkdtempSync(join(street.folder, "saved-")), "tacit.backup");
  await (await saved).saveAs(backup);
  await dora.closeDesk();

  await street.killMarket();
  const again = street.stranger("dora-again");
  await page.goto(await again.openDesk());
  await page.getByRole("button", { name: say.restore }).click();
  await page.getByLabel(say.restoreLabel).fill(list.join(" "));
  await page.locator('input[type="file"]').setInputFiles(backup);
  await page.getByRole("button", { name: words.common.next, exact: true }).click();
  await page.getByRole("button", { name: words.common.next, exact: true }).click();
  await choosesPassphrase(page, say.restoreIt);
  // It is met again before its keys are trusted again: the page says that it does not answer, and what was typed stays.
  await page.getByRole("alert").getByText(words.problem.moneyLabel).waitFor();
  await isAccessible(page);
  await street.startMarket();
  await page.getByRole("button", { name: say.restoreIt, exact: true }).click();
  await page.getByRole("heading", { name: say.restoredTitle }).waitFor();
  // Killed while it still looks for the money: the started desk goes on looking.
  await again.closeDesk();
  await page.goto(await again.openDesk());
  await page.getByLabel(words.session.passphrase, { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: words.session.unlock, exact: true }).click();
  await page.getByRole("link", { name: words.places.wallet }).first().click();
  await page.getByText("30.00").first().waitFor({ timeout: 90_000 });
  expect(complaints).toEqual([]);
});

async function wordsShown(page: Page): Promise<string[]> {
  const list = page.getByRole("list", { name: say.wordsLabel });
  await list.waitFor();
  return list.getByRole("listitem").evaluateAll((items) => items.map((item) => (item.textContent ?? "").replace(/[^a-z]/g, "")));
}
