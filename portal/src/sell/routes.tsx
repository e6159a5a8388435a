// The pages of this part, by their addresses.
import type { RouteObject } from "react-router";

export const selling: RouteObject[] = [];
