// The watch list: the desk's own mirror tells about what is new, though the connection was gone for a while.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { en as words } from "../src/words/en";
import { isAccessible, launch, windowOf } from "./browser";
import { Street } from "./street";

const say = words.buy;
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

test("somebody watches a search and hears of a new listing and of its price, and the desk's absence in between costs nothing", async () => {
  const wren = await street.person("wren");
  const mia = await street.person("mia");
  const { page, complaints } = await windowOf(browser);
  await page.goto(await mia.openDesk());
  await page.getByRole("link", { name: words.places.watch }).first().click();
  await page.getByText(say.noWatch).waitFor();
  await isAccessible(page);
  await page.getByRole("link", { name: words.places.find }).first().click();
  await page.getByLabel(say.searchLabel).fill("aircraft");
  await page.getByLabel(say.searchLabel).press("Enter");
  await page.getByText(say.nothingFound).waitFor();
  await page.getByRole("button", { name: say.watchSearch }).click();
  await isAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: say.watchSearch }).click();
  await page.getByText(say.searchWatched).first().waitFor();

  const listing = await wren.sells("planes-2013.csv", "Aircraft seen in New York", "20");
  await page.getByRole("link", { name: words.places.watch }).first().click();
  await page.getByRole("link", { name: "Aircraft seen in New York" }).first().waitFor({ timeout: 60_000 });
  await isAccessible(page);
  // A watched search tells of what is new; for the price of one listing, that listing is watched.
  await page.getByRole("link", { name: "Aircraft seen in New York" }).first().click();
  await page.getByRole("button", { name: say.watch, exact: true }).click();
  await page.getByRole("button", { name: say.unwatch, exact: true }).waitFor();

  // The desk goes and comes back; what happened meanwhile is told then.
  await mia.closeDesk();
  await wren.does("listings", "edit", listing, "--price", "15");
  await page.goto(await mia.openDesk());
  await page.getByRole("link", { name: words.places.watch }).first().click();
  await page.getByText("15.00").first().waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: say.markRead }).click();
  await page.getByRole("button", { name: say.markRead }).waitFor({ state: "hidden" });
  expect(complaints).toEqual([]);
});

test("without the market the search goes on over the desk's own copy, and what came meanwhile is told when the market is back", async () => {
  const nia = await street.person("nia");
  const otto = await street.person("otto");
  await otto.sells("planes-2013.csv", "Planes before the storm", "20");
  const { context, page, complaints } = await windowOf(browser);
  await page.goto(await nia.openDesk());
  await page.getByRole("link", { name: words.places.find }).first().click();
  await page.getByLabel(say.searchLabel).fill("storm");
  await page.getByLabel(say.searchLabel).press("Enter");
  await page.getByRole("link", { name: "Planes before the storm" }).waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: say.watchSearch }).click();
  await page.getByRole("dialog").getByRole("button", { name: say.watchSearch }).click();
  await page.getByText(say.searchWatched).first().waitFor();

  await street.killMarket();
  await page.reload();
  await page.getByRole("link", { name: "Planes before the storm" }).waitFor();
  await page.getByRole("link", { name: words.places.market }).first().click();
  await page.getByRole("button", { name: words.market.syncNow }).click();
  await page.getByRole("alert").getByText(words.problem.moneyLabel).waitFor();
  await page.getByText(words.market.unreachable).waitFor();
  await isAccessible(page);

  await street.startMarket();
  await otto.sells("planes-2013.csv", "Planes after the storm", "20");
  // The line between page and desk breaks as well: a page that was never opened says so, and comes when the line is back.
  await context.setOffline(true);
  await page.getByRole("link", { name: words.places.watch }).first().click();
  await page.getByRole("alert").getByText(words.problem.noAnswerTitle).waitFor();
  await page.getByRole("alert").getByText(words.problem.noAnswerMoney).waitFor();
  await isAccessible(page);
  await context.setOffline(false);
  await page.getByRole("button", { name: words.problem.reload }).or(page.getByRole("button", { name: words.common.tryAgain })).click();
  await page.getByRole("link", { name: "Planes after the storm" }).first().waitFor({ timeout: 60_000 });
  expect(complaints).toEqual([]);
});
