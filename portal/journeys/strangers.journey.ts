// What a hostile page in another tab, a lying name server and a curious path reach: nothing.
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { en as words } from "../src/words/en";
import { launch, windowOf } from "./browser";
import { type Person, Street } from "./street";

let street: Street;
let browser: Browser;
let jay: Person;
let elsewhere: Server;
let hostile: string;

beforeAll(async () => {
  street = await Street.open();
  // The name server of this browser lies: evil.example is this machine.
  browser = await launch(["--host-resolver-rules=MAP evil.example 127.0.0.1"]);
  jay = await street.person("jay");
  elsewhere = createServer((_request, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>elsewhere</title>"));
  await new Promise<void>((done) => elsewhere.listen(0, "127.0.0.1", done));
  hostile = `http://127.0.0.1:${String((elsewhere.address() as AddressInfo).port)}`;
});
afterAll(async () => {
  await browser?.close();
  elsewhere?.close();
  await street?.close();
});

const PATHS = ["/../desk.toml", "/%2e%2e/desk.toml", "/assets/../../desk.toml", "/assets/..%2f..%2fkeyring.plain", "/assets/%5c..%5cdesk.db", "/assets/%00", "//etc/passwd", "/keyring.plain"];

/** A request as nobody's browser would make it: the path and the headers go out exactly as they are written. */
async function asksPlainly(desk: string, path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string; policy: string }> {
  const { hostname, port } = new URL(desk);
  const answer = await new Promise<IncomingMessage>((done, refuse) => {
    request({ hostname, port, path, headers, family: 4 }, done).on("error", refuse).end();
  });
  let text = "";
  for await (const piece of answer) text += String(piece);
  return { status: answer.statusCode ?? 0, text, policy: String(answer.headers["content-security-policy"] ?? "") };
}

test("a hostile page in another tab can neither read nor do anything", async () => {
  const { context, page } = await windowOf(browser);
  await page.goto(await jay.openDesk());
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  const tab = await context.newPage();
  await tab.goto(hostile);
  const tried = await tab.evaluate(async (desk) => {
    const read = await fetch(`${desk}/api/wallet`, { credentials: "include" }).then((answer) => `read ${String(answer.status)}`, () => "refused");
    const plainly = await fetch(`${desk}/api/lock`, { method: "POST", credentials: "include", mode: "no-cors", body: "{}" }).then((answer) => answer.type, () => "refused");
    const listened = await new Promise<string>((done) => {
      const stream = new EventSource(`${desk}/api/events`, { withCredentials: true });
      stream.onopen = () => done("heard");
      stream.onerror = () => done("refused");
    });
    return { read, plainly, listened };
  }, jay.pages);
  expect(tried.read).toBe("refused");
  expect(["opaque", "refused"]).toContain(tried.plainly);
  expect(tried.listened).toBe("refused");
  // The blind request did nothing: the desk is not locked.
  await page.reload();
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  // It cannot be framed either.
  await tab.evaluate((desk) => {
    const frame = document.createElement("iframe");
    frame.src = desk;
    document.body.append(frame);
  }, jay.pages);
  await tab.waitForLoadState("networkidle");
  expect(await tab.frames()[1]?.evaluate(() => document.body.innerText.length).catch(() => 0)).toBeLessThan(200);
  await jay.closeDesk();
});

test("a name that somebody else points at this machine is not the desk's", async () => {
  const link = await jay.openDesk();
  const { page } = await windowOf(browser);
  const port = new URL(link).port;
  const answer = await page.goto(`http://evil.example:${port}/`);
  expect(answer?.status()).toBe(421);
  const inside = await page.evaluate(() => fetch("/api/session").then((read) => read.status));
  expect(inside).toBe(421);
  // Names that only look like this machine's, and the right name with another port.
  for (const host of [`localhost.evil.example:${port}`, `evil.example:${port}`, "localhost:1", "localhost", `127.0.0.1.evil.example:${port}`, `127.0.0.2:${port}`]) {
    expect((await asksPlainly(jay.pages, "/api/session", { host })).status, host).toBe(421);
  }
  // The right name, asked by a page of another origin: a file, a neighbour on another port, the same name with a scheme of its own.
  const host = `localhost:${port}`;
  for (const origin of ["null", "http://localhost:1", `https://localhost:${port}`, "http://evil.example"]) {
    expect((await asksPlainly(jay.pages, "/api/session", { host, origin })).status, origin).toBe(403);
  }
  for (const site of ["cross-site", "same-site"]) {
    expect((await asksPlainly(jay.pages, "/api/session", { host, "sec-fetch-site": site })).status, site).toBe(403);
  }
  await jay.closeDesk();
});

test("a link opens the pages once, and a path leads nowhere but to the pages", async () => {
  const link = await jay.openDesk();
  const { page } = await windowOf(browser);
  await page.goto(link);
  await page.getByRole("heading", { name: words.overview.title, level: 1 }).waitFor();
  expect(page.url()).not.toContain("open=");
  const other = await windowOf(browser);
  await other.page.goto(link);
  await other.page.getByRole("heading", { name: words.session.noneTitle }).waitFor();
  for (const path of PATHS) {
    const { text, policy } = await asksPlainly(jay.pages, path);
    expect(text, path).not.toMatch(/WITHOUT a passphrase|pinned|root:x:/);
    expect(policy, path).toContain("default-src 'none'");
  }
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
  await jay.closeDesk();
});
