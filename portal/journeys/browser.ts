// The browser of the journeys: Debian's Chromium, a window of its own for each person, nothing intercepted.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, onTestFailed } from "vitest";

const CHROMIUM = process.env.TACIT_TEST_CHROMIUM ?? "/usr/bin/chromium";
/** Where screenshots are kept, to be looked at. */
export const PICTURES = process.env.TACIT_PICTURES ?? resolve(import.meta.dirname, "../../target/pictures");

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** `ordinary` keeps pages that were left, as people's browsers do and driven ones usually do not. */
export function launch(more: string[] = [], { ordinary = false } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    ...(ordinary ? { ignoreDefaultArgs: ["--disable-back-forward-cache"] } : {}),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more],
  });
}

export interface Look {
  scheme?: "light" | "dark";
  width?: number;
  height?: number;
}

/** A window with its own cookies: one person. Whatever the page complains about fails the journey at its end. */
export async function windowOf(browser: Browser, { scheme = "light", width = 1280, height = 900 }: Look = {}): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height }, locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce", acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  onTestFailed(({ task }) => picture(page, `failed-${task.name.replace(/\W+/g, "-").slice(0, 60)}`).catch(() => undefined));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // Refusals of the desk are shown on the page; the browser's own line about them is no news.
    if (message.type() === "error" && !/Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to fetch dynamically imported module/.test(message.text())) complaints.push(message.text());
  });
  return { context, page, complaints };
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** What axe finds that is serious; nothing, we hope. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }).axe;
    return (await axe.run({ resultTypes: ["violations"] })).violations;
  });
  return violations
    .filter((found) => found.impact === "serious" || found.impact === "critical")
    .map((found) => `${found.id}: ${found.nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary ?? ""})`).join("; ")}`);
}

export async function isAccessible(page: Page): Promise<void> {
  expect(await seriousFaults(page), page.url()).toEqual([]);
}

/** Keeps a picture of the whole page: the window is made as high as what it shows, so that what is fixed stands at its edges. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  const window = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (window && height > window.height) await page.setViewportSize({ width: window.width, height });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  if (window && height > window.height) await page.setViewportSize(window);
}

/** Nothing is wider than the window: no page scrolls sideways. */
export async function fitsItsWindow(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${page.url()} scrolls sideways`).toBeLessThanOrEqual(1);
}

/** Presses the tab key until what is named has the focus. */
export async function reaches(page: Page, role: "link" | "button" | "searchbox" | "textbox" | "checkbox" | "combobox", name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, typeof name === "string" ? { name, exact: true } : { name });
  await wanted.first().waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await wanted.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the tab key does not reach "${String(name)}"`);
}
