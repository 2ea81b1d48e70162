// route-list.ts: the routes of a configuration; two that answer the same are a mistake of the second. No I/O.
import { parseRoutePath, shapeOf } from "../routing/route-path.js";
import type { Mistakes, Path } from "./mistakes.js";
import type { RouteConfig } from "./serve-config.js";

/** How mistakes name a route. */
export interface Origin {
  /** The field. */
  readonly path: Path;
  /** What was found there. */
  readonly got: string;
  /** What the route is called where it stands in another's way. */
  readonly owner: string;
}

export class RouteList {
  readonly all: RouteConfig[] = [];
  readonly #mistakes: Mistakes;
  /** By host and shape. */
  readonly #owners = new Map<string, string>();

  constructor(mistakes: Mistakes) {
    this.#mistakes = mistakes;
  }

  add(route: RouteConfig, { path, got, owner }: Origin): void {
    const shape = shapeOf(parseRoutePath(route.path)!);
    const keys = (route.hosts.length === 0 ? [""] : route.hosts).map((host) => `${host}/${shape}`);
    const other = keys.map((key) => this.#owners.get(key)).find((known) => known !== undefined);
    if (other !== undefined)
      this.#mistakes.add(path, got, `a path that no other route has: ${other} answers the same`);
    for (const key of keys) this.#owners.set(key, owner);
    this.all.push(route);
  }
}
