// route.ts: a route with what answers it, as a running gateway has it.
import type { Guests } from "./guests.js";
import type { Routed } from "./routing/route-table.js";

export interface Route extends Routed {
  readonly guests: Guests;
  /** Largest request body, bytes. */
  readonly bodyBytes: number;
}
