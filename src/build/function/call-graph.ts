// call-graph.ts: who calls whom in translated C, and which functions a recursion must pass. Pure computation.

/** A function of the translated engine. */
export interface CallSites {
  readonly name: string;
  /** Functions that it calls by name. */
  readonly calls: ReadonlySet<string>;
  /** Types of functions that it calls through the table. */
  readonly indirectTypes: ReadonlySet<number>;
}

/**
 * The functions of which every endless recursion contains at least one: all that call themselves by name, directly or around, and
 * all that can come back to themselves through the table.
 *
 * @param targets functions that the table holds, by type
 * @returns these points, and all functions that can be reached again from themselves
 */
export function recursionPoints(
  functions: readonly CallSites[],
  targets: ReadonlyMap<number, readonly string[]>,
): { readonly points: ReadonlySet<string>; readonly reachable: ReadonlySet<string> } {
  const known = new Set(functions.map(({ name }) => name));
  const direct = new Map<string, string[]>();
  const all = new Map<string, string[]>();
  for (const { name, calls, indirectTypes } of functions) {
    const named = [...calls].filter((callee) => known.has(callee));
    direct.set(name, named);
    all.set(name, [...named, ...[...indirectTypes].flatMap((type) => targets.get(type) ?? [])]);
  }
  const points = cyclic(direct);
  const reachable = cyclic(all);
  for (const { name, indirectTypes } of functions)
    if (indirectTypes.size > 0 && reachable.has(name)) points.add(name);
  return { points, reachable };
}

/** The nodes that lie on a cycle: Tarjan's strongly connected components, without recursion of our own. */
export function cyclic(edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  for (const start of edges.keys()) {
    if (order.has(start)) continue;
    const path: { node: string; next: number }[] = [];
    const enter = (node: string): void => {
      order.set(node, order.size);
      low.set(node, order.get(node)!);
      open.push(node);
      isOpen.add(node);
      path.push({ node, next: 0 });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top;
      const to = edges.get(node)?.[top.next++];
      if (to !== undefined) {
        if (!order.has(to)) enter(to);
        else if (isOpen.has(to)) low.set(node, Math.min(low.get(node)!, order.get(to)!));
        continue;
      }
      path.pop();
      const below = path.at(-1)?.node;
      if (below !== undefined) low.set(below, Math.min(low.get(below)!, low.get(node)!));
      if (low.get(node) !== order.get(node)) continue;
      const component = open.splice(open.lastIndexOf(node));
      for (const member of component) isOpen.delete(member);
      if (component.length > 1 || edges.get(node)?.includes(node) === true)
        for (const member of component) found.add(member);
    }
  }
  return found;
}
