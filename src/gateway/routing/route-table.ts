// route-table.ts: which route answers a request. Hosts and paths are compared as they came, byte for byte; only parameters are decoded.
import assert from "node:assert/strict";
import { hostNameOf, wildcardOf } from "./host-name.js";
import { type Found, PathTree } from "./path-tree.js";
import { parseRoutePath } from "./route-path.js";

/** What a table knows of a route. */
export interface Routed {
  /** As `parseHostPattern` spells them; none: every host. */
  readonly hosts: readonly string[];
  /** "/hello", "/users/[id]", "/files/[...rest]", "/files/*". */
  readonly path: string;
}

export interface RouteMatch<R> {
  readonly route: R;
  /** Parameters by name, percent-decoded once; a rest's segments are decoded one by one. What decodes to no text stays as it came. */
  readonly params: Readonly<Record<string, string>>;
  /** What a rest stands for, as it came: of "/files/*" and "/files/a%20b/c" "a%20b/c". Undefined for a route without one. */
  readonly rest: string | undefined;
}

/**
 * Routes, ready to be asked. A route of the host goes before one of a wildcard, that before one of every host; then, segment by segment,
 * an exact one before a parameter and that before a rest.
 */
export class RouteTable<R extends Routed> {
  /** By host, "*.example.com" or "" for every host. */
  readonly #trees = new Map<string, PathTree<R>>();

  /** @param routes with paths that `parseRoutePath` accepts */
  constructor(routes: readonly R[]) {
    for (const route of routes) {
      const parts = parseRoutePath(route.path);
      assert.ok(parts !== undefined, `${route.path} is a route's path`);
      for (const host of route.hosts.length === 0 ? [""] : route.hosts) {
        const tree = this.#trees.get(host) ?? new PathTree<R>();
        this.#trees.set(host, tree);
        tree.add(parts, route);
      }
    }
  }

  /**
   * The route of a request.
   *
   * @param authority its host, with or without a port
   * @param target its path and query: the query is not part of the path
   */
  match(authority: string, target: string): RouteMatch<R> | undefined {
    const query = target.indexOf("?");
    const path = query < 0 ? target : target.slice(0, query);
    if (!path.startsWith("/")) return undefined;
    const segments = path.slice(1).split("/");
    const host = hostNameOf(authority);
    const found =
      this.#find(host, segments) ?? this.#find(wildcardOf(host), segments) ?? this.#find("", segments);
    return found && matchOf(found);
  }

  #find(host: string | undefined, segments: readonly string[]): Found<R> | undefined {
    return host === undefined ? undefined : this.#trees.get(host)?.find(segments);
  }
}

function matchOf<R>({ value, parameters, rest, restName }: Found<R>): RouteMatch<R> {
  const params = parameters.map(([name, segment]): [string, string] => [name, decoded(segment)]);
  if (rest !== undefined && restName !== undefined) params.push([restName, rest.map(decoded).join("/")]);
  return { route: value, params: Object.fromEntries(params), rest: rest?.join("/") };
}

function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
