// Passkeys, with an authenticator that Chromium plays itself: one that can compute what seals the keys, and one that cannot.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, CDPSession, Page } from "playwright-core";
import { en as words } from "../src/words/en";
import { isAccessible, launch, windowOf } from "./browser";
import { Street } from "./street";

const say = words.settings;
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

/** An authenticator in this window: built in, it knows its owner, and `hasPrf` says what it can compute. */
async function authenticator(page: Page, hasPrf: boolean): Promise<{ devtools: CDPSession; id: string }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true, hasPrf, automaticPresenceSimulation: true, isUserVerified: true },
  });
  return { devtools, id: authenticatorId };
}

/** Makes a desk with a passphrase and stops at the step that offers a passkey. */
async function reachesTheOffer(page: Page, link: string): Promise<void> {
  const first = words.firstRun;
  await page.goto(link);
  await page.getByRole("button", { name: first.make }).click();
  await page.getByLabel(first.marketLabel).fill(street.origin);
  await page.getByRole("button", { name: first.meet }).click();
  await page.getByRole("button", { name: first.trust }).click();
  await page.getByLabel(first.passLabel, { exact: true }).fill(PASSPHRASE);
  await page.getByLabel(first.passAgain, { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: first.makeIt, exact: true }).click();
  const shown = page.getByRole("list", { name: first.wordsLabel });
  await shown.waitFor();
  const list = await shown.getByRole("listitem").evaluateAll((items) => items.map((item) => (item.textContent ?? "").replace(/[^a-z]/g, "")));
  await page.getByRole("button", { name: first.wordsDone }).click();
  for (const field of await page.getByRole("textbox").all()) {
    const label = (await field.evaluate((box) => (box as HTMLInputElement).labels?.[0]?.textContent ?? "")).replace(/\D+/g, "");
    await field.fill(list[Number(label) - 1] ?? "");
  }
  await page.getByRole("button", { name: words.common.next, exact: true }).click();
  await page.getByRole("heading", { name: first.passkeyTitle }).waitFor();
}

test("a desk is unlocked with a passkey, also after a restart, until the passkey is removed", async () => {
  const ada = street.stranger("ada");
  const { page, complaints } = await windowOf(browser);
  const { devtools, id } = await authenticator(page, true);
  await reachesTheOffer(page, await ada.openDesk());
  await page.getByRole("button", { name: say.passkeyAdd }).click();
  await page.getByText(words.firstRun.passkeyAdded).waitFor();
  await isAccessible(page);
  await page.getByRole("button", { name: words.firstRun.begin }).click();
  await page.getByRole("button", { name: words.places.lock, exact: true }).click();
  await page.getByRole("heading", { name: words.session.lockedTitle }).waitFor();
  await isAccessible(page);
  await page.getByRole("button", { name: words.session.passkey }).click();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();

  // Started again, the desk has nothing but what lies sealed on the disk: the passkey opens that.
  await ada.closeDesk();
  await page.goto(await ada.openDesk());
  await page.getByRole("heading", { name: words.session.lockedTitle }).waitFor();
  await page.getByRole("button", { name: words.session.passkey }).click();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();

  // Whom the key does not know gets nowhere and is told so; the passphrase opens all the same.
  await page.getByRole("button", { name: words.places.lock, exact: true }).click();
  await devtools.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: false });
  await page.getByRole("button", { name: words.session.passkey }).click();
  await page.getByRole("alert").filter({ hasText: words.session.passkeyFailed }).waitFor();
  await page.getByLabel(words.session.passphrase, { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: words.session.unlock, exact: true }).click();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();

  await page.getByRole("link", { name: words.places.settings }).first().click();
  await page.getByRole("button", { name: say.passkeyRemove(say.passkeyNameDefault) }).click();
  await isAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: words.common.remove }).click();
  await page.getByText(say.passkeysNone).waitFor();
  await page.getByRole("button", { name: words.places.lock, exact: true }).click();
  await page.getByRole("heading", { name: words.session.lockedTitle }).waitFor();
  expect(await page.getByRole("button", { name: words.session.passkey }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("a passkey that cannot seal the keys is refused in words, and the passphrase stays enough", async () => {
  const bea = street.stranger("bea");
  const { page } = await windowOf(browser);
  await authenticator(page, false);
  await reachesTheOffer(page, await bea.openDesk());
  await page.getByRole("button", { name: say.passkeyAdd }).click();
  await page.getByRole("alert").filter({ hasText: say.passkeyNoPrf }).waitFor();
  await isAccessible(page);
  await page.getByRole("button", { name: words.firstRun.begin }).click();
  await page.getByRole("button", { name: words.places.lock, exact: true }).click();
  await page.getByLabel(words.session.passphrase, { exact: true }).fill(PASSPHRASE);
  expect(await page.getByRole("button", { name: words.session.passkey }).count()).toBe(0);
  await page.getByRole("button", { name: words.session.unlock, exact: true }).click();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
});
