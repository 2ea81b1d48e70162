// modules.ts: finds kernel modules and what they depend on, in the order in which they load. Reads an unpacked kernel package.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Unavailable } from "./unavailable.js";

export interface KernelModule {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * The modules asked for and, before each, those that it needs.
 *
 * @param folder `lib/modules/VERSION` of the package; it has no `modules.dep`, which only an installation makes
 * @param wanted names without suffix; one that is built into the kernel is left out
 */
export function loadOrder(folder: string, wanted: readonly string[]): KernelModule[] {
  const paths = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (/\.ko(\.xz|\.zst)?$/.test(entry.name)) {
      paths.set(nameOf(entry.name), join(entry.parentPath ?? entry.path, entry.name));
    }
  }
  const builtIn = new Set(
    readFileSync(join(folder, "modules.builtin"), "utf8").split("\n").filter(Boolean).map(nameOf),
  );
  const order = new Map<string, KernelModule>();
  const add = (name: string): void => {
    if (order.has(name) || builtIn.has(name)) return;
    const path = paths.get(name);
    if (path === undefined) {
      throw new Unavailable(`kernel package: got no module ${name} in ${basename(folder)}, expected one`);
    }
    const bytes = readModule(path);
    for (const needed of dependencies(bytes)) add(needed);
    order.set(name, { name, bytes });
  };
  for (const name of wanted) add(nameOf(name));
  return [...order.values()];
}

/** The names in a module's `depends=` string, which lies between two zero bytes in its section .modinfo. */
export function dependencies(module: Buffer): string[] {
  const at = module.indexOf("\0depends=");
  if (at < 0) return [];
  const start = at + "\0depends=".length;
  const names = module.toString("latin1", start, module.indexOf(0, start));
  return names.split(",").filter(Boolean).map(nameOf);
}

/** Files may be spelled with "-" where the module's name has "_". */
function nameOf(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz|\.zst)?$/, "")
    .replaceAll("-", "_");
}

/** The module's bytes; newer Debian packages compress them. */
function readModule(path: string): Buffer {
  const program = path.endsWith(".xz") ? "xz" : path.endsWith(".zst") ? "zstd" : undefined;
  if (program === undefined) return readFileSync(path);
  const { status, stdout } = spawnSync(program, ["-dc", path], { maxBuffer: 256 << 20 });
  if (status !== 0) {
    throw new Unavailable(`kernel package: could not unpack ${basename(path)}`, `install ${program}`);
  }
  return stdout;
}
