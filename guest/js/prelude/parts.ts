// parts.ts: parts of the prelude that few functions use: each is a module of its own, evaluated at its first use or, if the build sees it used, before the snapshot.
import { named } from "./define.js";
import { host } from "./host.js";
import list from "./parts.json" with { type: "json" };

interface Parts {
  events: typeof import("./events/part.js");
  streams: typeof import("./streams/part.js");
  encoding: typeof import("./encoding/part.js");
  blob: typeof import("./blob/part.js");
  forms: typeof import("./forms/part.js");
  url: typeof import("./url/part.js");
  clone: typeof import("./clone/part.js");
  crypto: typeof import("./crypto/part.js");
  patterns: typeof import("./patterns/part.js");
  console: typeof import("./console/part.js");
  fetch: typeof import("./fetch/part.js");
  compression: typeof import("./compression/part.js");
}

export type PartName = keyof Parts;

const names = Object.keys(list) as PartName[];
const present: Partial<Record<PartName, unknown>> = {};
const room = globalThis as { __mayfly?: unknown };

/** What the parts find of the prelude; set by main.ts. */
let shared: object;

/** A part, evaluated if it is not there yet. */
export function part<K extends PartName>(name: K): Parts[K] {
  return (present[name] ?? load(name)) as Parts[K];
}

/** A part if it is there: what it makes cannot exist before it is. */
export function partIfLoaded<K extends PartName>(name: K): Parts[K] | undefined {
  return present[name] as Parts[K] | undefined;
}

function load(name: PartName): unknown {
  const deliver = (exports: unknown) => {
    present[name] = exports;
  };
  const outer = Object.getOwnPropertyDescriptor(room, "__mayfly");
  Object.defineProperty(room, "__mayfly", { value: { shared, deliver }, configurable: true });
  try {
    host.load(names.indexOf(name) + 1);
  } finally {
    delete room.__mayfly;
    // A part may need another one while it starts.
    if (outer !== undefined) Object.defineProperty(room, "__mayfly", outer);
  }
  if (present[name] === undefined) throw new Error(`the runtime's part "${name}" did not start`);
  return present[name];
}

/** Puts the parts' names on the global object: who asks for one loads its part. */
export function offerParts(modules: object): void {
  shared = modules;
  for (const name of names) for (const global of list[name].globals) offer(name, global);
}

function offer(name: PartName, global: string): void {
  const put = (value: unknown) =>
    Object.defineProperty(globalThis, global, {
      value,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  Object.defineProperty(globalThis, global, {
    get: () => {
      const value = (part(name) as unknown as Record<string, unknown>)[global];
      named(global, value);
      put(value);
      return value;
    },
    set: put,
    configurable: true,
    enumerable: false,
  });
}

/** Called by the application's start with the parts that the build found used. */
export function loadParts(used: readonly PartName[]): void {
  for (const name of used) {
    part(name);
    for (const global of list[name].globals) void (globalThis as Record<string, unknown>)[global];
  }
}
