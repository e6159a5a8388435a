// Which address shows which page. Every page is a chunk of its own; `load` takes the named export of its file.
import type { RouteObject } from "react-router";
import { buying } from "../buy/routes";
import { selling } from "../sell/routes";
import { MissingPage } from "./MissingPage";
import { Shell } from "./Shell";
import { load } from "./load";

export const routes: RouteObject[] = [
  {
    element: <Shell />,
    children: [
      { index: true, element: load(() => import("./Overview"), "Overview") },
      ...buying,
      ...selling,
      { path: "wallet", element: load(() => import("../wallet/WalletPage"), "WalletPage") },
      { path: "verify", element: load(() => import("../receipts/VerifyPage"), "VerifyPage") },
      { path: "market", element: load(() => import("../market/MarketPage"), "MarketPage") },
      { path: "settings", element: load(() => import("../settings/SettingsPage"), "SettingsPage") },
      { path: "work", element: load(() => import("./WorkPage"), "WorkPage") },
      { path: "*", element: <MissingPage /> },
    ],
  },
];
