// path-tree.ts: the paths of one host as a tree of segments. No I/O.
import type { PathPart } from "./route-path.js";

/** What a path found: the value, the names of its parameters with their segments as they came, what a rest matched. */
export interface Found<T> {
  readonly value: T;
  readonly parameters: readonly (readonly [name: string, segment: string])[];
  /** Segments behind a rest's start; undefined where the route has none. */
  readonly rest: readonly string[] | undefined;
  readonly restName: string | undefined;
}

interface Leaf<T> {
  readonly value: T;
  readonly parts: readonly PathPart[];
}

interface Node<T> {
  readonly exact: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  rest: Leaf<T> | undefined;
  end: Leaf<T> | undefined;
}

function makeNode<T>(): Node<T> {
  return { exact: new Map(), parameter: undefined, rest: undefined, end: undefined };
}

/**
 * At each segment an exact one goes before a parameter, a parameter before a rest. A path visits each node at most once,
 * because a node has one depth: the time is linear in the path and in the tree, whatever a client sends.
 */
export class PathTree<T> {
  readonly #root: Node<T> = makeNode();

  /** The first of two with one shape stays. */
  add(parts: readonly PathPart[], value: T): void {
    let node = this.#root;
    for (const part of parts) {
      if (part.kind === "rest") {
        node.rest ??= { value, parts };
        return;
      }
      if (part.kind === "parameter") {
        node.parameter ??= makeNode();
        node = node.parameter;
      } else {
        const next = node.exact.get(part.text) ?? makeNode<T>();
        node.exact.set(part.text, next);
        node = next;
      }
    }
    node.end ??= { value, parts };
  }

  find(segments: readonly string[]): Found<T> | undefined {
    const leaf = descend(this.#root, segments, 0);
    return leaf && foundBy(leaf, segments);
  }
}

/** Recursion is as deep as the tree, not as the path. */
function descend<T>(node: Node<T>, segments: readonly string[], depth: number): Leaf<T> | undefined {
  if (depth === segments.length) return node.end ?? takesNothing(node.rest);
  const segment = segments[depth]!;
  const next = node.exact.get(segment);
  const byText = next && descend(next, segments, depth + 1);
  if (byText !== undefined) return byText;
  const byName = node.parameter && segment !== "" ? descend(node.parameter, segments, depth + 1) : undefined;
  if (byName !== undefined) return byName;
  const isLast = depth === segments.length - 1;
  return isLast && segment === "" ? takesNothing(node.rest) : node.rest;
}

/** A rest with a name wants something to give to it. */
function takesNothing<T>(rest: Leaf<T> | undefined): Leaf<T> | undefined {
  const last = rest?.parts.at(-1);
  return last?.kind === "rest" && last.name === undefined ? rest : undefined;
}

function foundBy<T>({ value, parts }: Leaf<T>, segments: readonly string[]): Found<T> {
  const parameters: [string, string][] = [];
  for (const [depth, part] of parts.entries()) {
    if (part.kind === "parameter") parameters.push([part.name, segments[depth]!]);
    if (part.kind === "rest") return { value, parameters, rest: segments.slice(depth), restName: part.name };
  }
  return { value, parameters, rest: undefined, restName: undefined };
}
