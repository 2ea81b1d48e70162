// route.ts: a route with what answers it, as a running gateway has it.
import type { FetchFunction } from "../function/function.js";
import type { Routed } from "./routing/route-table.js";

export interface Route extends Routed {
  readonly fn: FetchFunction;
  /** The function's name in the configuration. */
  readonly name: string;
  /** Largest request body, bytes. */
  readonly bodyBytes: number;
}
