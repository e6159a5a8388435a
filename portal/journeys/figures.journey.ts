// How soon the desk can be used, and how much it brings: printed when TACIT_FIGURES is set.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, BrowserContext } from "playwright-core";
import { en as words } from "../src/words/en";
import { launch, windowOf } from "./browser";
import { type Person, Street } from "./street";

const RUNS = 11;
let street: Street;
let browser: Browser;
let jay: Person;

const asked = Boolean(process.env.TACIT_FIGURES);

beforeAll(async () => {
  if (!asked) return;
  street = await Street.open();
  browser = await launch();
  jay = await street.person("jay");
  await jay.gets("100");
});
afterAll(async () => {
  await browser?.close();
  await street?.close();
});

interface Figures {
  /** Milliseconds from the navigation until the title stands and the money is told. */
  shown: number;
  /** Until, after that, the browser has nothing left to do. */
  usable: number;
  /** Bytes of everything that was fetched until then, packed and unpacked. */
  fetched: number;
  unpacked: number;
}

async function opens(context: BrowserContext): Promise<Figures> {
  const page = await context.newPage();
  await page.goto(jay.pages, { waitUntil: "commit" });
  const figures = await page.evaluate(async (balance) => {
    const there = () => document.querySelector("h1") !== null && document.querySelector("main")?.textContent?.includes(balance);
    await new Promise<void>((done) => {
      const look = () => (there() ? done() : requestAnimationFrame(look));
      look();
    });
    const shown = performance.now();
    await new Promise<void>((done) => requestIdleCallback(() => done()));
    const usable = performance.now();
    const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    const [page] = performance.getEntriesByType("navigation") as PerformanceResourceTiming[];
    const sum = (of: (entry: PerformanceResourceTiming) => number) => [...files, ...(page ? [page] : [])].reduce((all, entry) => all + of(entry), 0);
    return { shown, usable, fetched: sum((entry) => entry.transferSize), unpacked: sum((entry) => entry.decodedBodySize) };
  }, "100.00");
  await page.close();
  return figures;
}

const middle = (all: number[]): number => Math.round([...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0);

/** Every built file, as it lies there and packed. */
function bundle(): { file: string; bytes: number; gzip: number }[] {
  const place = resolve(import.meta.dirname, "../dist/assets");
  return readdirSync(place)
    .map((file) => ({ file, content: readFileSync(join(place, file)) }))
    .map(({ file, content }) => ({ file: file.replace(/-[\w-]{8}\./, "."), bytes: content.length, gzip: gzipSync(content).length }))
    .sort((a, b) => b.gzip - a.gzip);
}

test.skipIf(!asked)("the desk can be used soon", async () => {
  const first = await windowOf(browser);
  await first.page.goto(await jay.openDesk());
  await first.page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  const cookies = await first.context.cookies();
  const cold: Figures[] = [];
  const warm: Figures[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { context } = await windowOf(browser);
    await context.addCookies(cookies);
    cold.push(await opens(context));
    warm.push(await opens(context));
    await context.close();
  }
  const of = (runs: Figures[]) => ({
    shown_ms: middle(runs.map((run) => run.shown)),
    usable_ms: middle(runs.map((run) => run.usable)),
    worst_ms: Math.round(Math.max(...runs.map((run) => run.usable))),
    fetched_bytes: runs[0]?.fetched,
    unpacked_bytes: runs[0]?.unpacked,
  });
  const files = bundle();
  const all = files.reduce((sum, file) => ({ bytes: sum.bytes + file.bytes, gzip: sum.gzip + file.gzip }), { bytes: 0, gzip: 0 });
  console.log(JSON.stringify({ runs: RUNS, cold: of(cold), warm: of(warm), bundle: { all, largest: files.slice(0, 6) } }, null, 1));
  expect(of(cold).usable_ms).toBeLessThan(3_000);
}, 240_000);
