// A page in a chunk of its own: `load(() => import("./Page"), "Page")`.
import { type ComponentType, createElement, lazy, type ReactElement } from "react";

export function load<Name extends string>(file: () => Promise<Record<Name, ComponentType>>, name: Name): ReactElement {
  return createElement(lazy(async () => ({ default: (await file())[name] })));
}
