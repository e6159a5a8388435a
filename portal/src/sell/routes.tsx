// The pages of this part, by their addresses.
import type { RouteObject } from "react-router";
import { load } from "../app/load";

export const selling: RouteObject[] = [
  { path: "sell", element: load(() => import("./SellPage"), "SellPage") },
  { path: "goods", element: load(() => import("./GoodsPage"), "GoodsPage") },
  { path: "sales", element: load(() => import("./SalesPage"), "SalesPage") },
];
