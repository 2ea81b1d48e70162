// route.ts: a route with what answers it, as a running gateway has it.
import type { FetchFunction } from "../function/function.js";
import type { Routed, RouteMatch } from "./routing/route-table.js";
import type { StaticFiles } from "./static/static-files.js";

export interface FunctionRoute extends Routed {
  readonly fn: FetchFunction;
  /** The function's name in the configuration. */
  readonly name: string;
  /** Largest request body, bytes. */
  readonly bodyBytes: number;
}

export interface StaticRoute extends Routed {
  readonly files: StaticFiles;
}

export type Route = FunctionRoute | StaticRoute;

/** A match with what is known of its route, for either kind. */
export type AnyMatch = RouteMatch<FunctionRoute> | RouteMatch<StaticRoute>;

export function isStatic(match: AnyMatch): match is RouteMatch<StaticRoute> {
  return "files" in match.route;
}
