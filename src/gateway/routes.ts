// routes.ts: which image answers a path. Paths are compared as they came, byte for byte: nothing is decoded or resolved.
import type { Guests } from "./guests.js";

/** A path and what answers it. */
export interface Route {
  /** "/hello": this path alone. "/files/*": this path and all below it. */
  readonly path: string;
  readonly guests: Guests;
  /** Largest request body, bytes. */
  readonly bodyBytes: number;
}

/** Routes, ready to be asked. An exact path goes before a prefix, a longer prefix before a shorter one. */
export class RouteTable {
  readonly #exact = new Map<string, Route>();
  readonly #prefixes: readonly { readonly start: string; readonly route: Route }[];

  constructor(routes: readonly Route[]) {
    const prefixes = [];
    for (const route of routes) {
      const start = prefixOf(route.path);
      if (start === undefined) this.#exact.set(route.path, route);
      else prefixes.push({ start, route });
    }
    this.#prefixes = prefixes.sort((a, b) => b.start.length - a.start.length);
  }

  /** The route of a request's target: its query is not part of the path. */
  match(target: string): Route | undefined {
    const query = target.indexOf("?");
    const path = query < 0 ? target : target.slice(0, query);
    return (
      this.#exact.get(path) ??
      this.#prefixes.find(({ start }) => path.startsWith(start) || path === start.slice(0, -1))?.route
    );
  }
}

/** "/files/" of "/files/*"; nothing for an exact path. */
function prefixOf(path: string): string | undefined {
  return path.endsWith("/*") ? path.slice(0, -1) : undefined;
}
