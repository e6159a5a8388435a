// English: one voice, plain, no cryptography in the first line of anything. One file per part, all joined here.
import { buy } from "./en/buy";
import { codes } from "./en/codes";
import { firstRun } from "./en/first-run";
import { market } from "./en/market";
import { receipts } from "./en/receipts";
import { sell } from "./en/sell";
import { settings } from "./en/settings";
import { shell } from "./en/shell";
import { wallet } from "./en/wallet";

export const en = { ...shell, ...codes, buy, sell, wallet, settings, firstRun, receipts, market };
