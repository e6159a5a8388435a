// The places one can go to, in the order of the side of the page.
import type { IconName } from "../house";
import { words } from "../words";

export interface Place {
  to: string;
  text: string;
  icon: IconName;
  /** Only this exact address counts as being here. */
  end?: boolean;
}

export const PLACES: { title: string | null; places: Place[] }[] = [
  { title: null, places: [{ to: "/", text: words.places.overview, icon: "home", end: true }] },
  {
    title: words.places.buying,
    places: [
      { to: "/find", text: words.places.find, icon: "search" },
      { to: "/watch", text: words.places.watch, icon: "eye" },
      { to: "/orders", text: words.places.orders, icon: "orders" },
      { to: "/receipts", text: words.places.receipts, icon: "receipt" },
    ],
  },
  {
    title: words.places.selling,
    places: [
      { to: "/sell", text: words.places.sell, icon: "plus" },
      { to: "/goods", text: words.places.goods, icon: "tag" },
      { to: "/sales", text: words.places.sales, icon: "chart" },
    ],
  },
  {
    title: words.places.desk,
    places: [
      { to: "/wallet", text: words.places.wallet, icon: "wallet" },
      { to: "/verify", text: words.places.verify, icon: "shield" },
      { to: "/market", text: words.places.market, icon: "market" },
      { to: "/settings", text: words.places.settings, icon: "gear" },
    ],
  },
];

/** The few for the thumb on a phone; the rest is in the menu. */
export const THUMB: Place[] = [
  { to: "/find", text: words.places.find, icon: "search" },
  { to: "/orders", text: words.places.orders, icon: "orders" },
  { to: "/sales", text: words.places.sales, icon: "chart" },
  { to: "/wallet", text: words.places.wallet, icon: "wallet" },
];
