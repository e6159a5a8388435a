// The pages of this part, by their addresses.
import type { RouteObject } from "react-router";
import { load } from "../app/load";

export const buying: RouteObject[] = [
  { path: "find", element: load(() => import("./FindPage"), "FindPage") },
  { path: "find/:id", element: load(() => import("./ListingPage"), "ListingPage") },
  { path: "watch", element: load(() => import("./WatchPage"), "WatchPage") },
  { path: "orders", element: load(() => import("./OrdersPage"), "OrdersPage") },
  { path: "orders/:id", element: load(() => import("./OrderPage"), "OrderPage") },
  { path: "receipts", element: load(() => import("../receipts/ReceiptsPage"), "ReceiptsPage") },
  { path: "receipts/:id", element: load(() => import("../receipts/ReceiptPage"), "ReceiptPage") },
];
