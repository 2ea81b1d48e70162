// prelude.ts: the prelude's bytecode, in parts, which no handler changes: compiled once, and kept under the content of what it was made of.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { version as esbuildVersion, type Plugin } from "esbuild";
import { hashOf } from "../object-cache.js";
import { readIfThere, writeAtomically } from "../whole-file.js";
import { type Bundle, bundlePrelude } from "./bundle.js";
import type { BytecodeEngine } from "./bytecode.js";
import { packModules, preludeDirectory, readParts } from "./parts.js";
import type { Runtime } from "./runtime.js";

const directory = preludeDirectory;

/** What a compilation read: known only afterwards, and checked before its bytecode is used again. */
interface PreludeRecord {
  readonly inputs: readonly string[];
  /** Over the inputs' paths and contents. */
  readonly inputsHash: string;
  /** Over the bytecode. */
  readonly hash: string;
  /** Base64. */
  readonly bytecode: string;
}

/**
 * The prelude's bytecode.
 *
 * @param loading the engine, which is not waited for when there is nothing to compile
 */
export async function preludeBytecode(
  building: Promise<Runtime>,
  loading: Promise<BytecodeEngine>,
): Promise<Uint8Array> {
  const { key, cacheDirectory } = await building;
  const path = join(cacheDirectory, `prelude-${hashOf([key, esbuildVersion, directory])}.json`);
  const kept = await keptBytecode(path);
  if (kept !== undefined) return kept;
  const bundles = await bundleModules();
  using compiler = await (await loading).open();
  const modules: Uint8Array[] = [];
  for (const bundle of bundles) modules.push(await compiler.compile(bundle, directory));
  const bytecode = packModules(modules);
  const inputs = [...new Set(bundles.flatMap((bundle) => bundle.inputs))];
  const record: PreludeRecord = {
    inputs,
    inputsHash: await hashOfFiles(inputs),
    hash: hashOf([bytecode]),
    bytecode: bytecode.toString("base64"),
  };
  await writeAtomically(path, JSON.stringify(record));
  return bytecode;
}

/** The prelude, then its parts in the order of parts.json. */
async function bundleModules(): Promise<Bundle[]> {
  const parts = Object.keys(await readParts());
  return Promise.all([
    bundlePrelude(directory, "mayfly:prelude", 'import "./main.ts";', []),
    ...parts.map((name) => bundlePrelude(directory, `mayfly:${name}`, entryOf(name), [shared])),
  ]);
}

/** Hands the part to the loader, which waits for it (guest/js/prelude/parts.ts). */
function entryOf(name: string): string {
  return `import * as part from "./${name}/part.ts";\nglobalThis.__mayfly.deliver(part);`;
}

/** A part shares the prelude's modules: it finds them in the loader's hand instead of bringing its own. */
const shared: Plugin = {
  name: "mayfly-shared",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/shared\.js$/ }, () => ({ path: "shared", namespace: "mayfly-shared" }));
    onLoad({ filter: /./, namespace: "mayfly-shared" }, () => ({
      contents: "module.exports = globalThis.__mayfly.shared;",
      loader: "js",
    }));
  },
};

/** Undefined when there is none, it is damaged, or a source has changed or is gone. */
async function keptBytecode(path: string): Promise<Uint8Array | undefined> {
  try {
    const record = JSON.parse((await readIfThere(path))?.toString() ?? "null") as PreludeRecord | null;
    if (record === null || (await hashOfFiles(record.inputs)) !== record.inputsHash) return undefined;
    const bytecode = Buffer.from(record.bytecode, "base64");
    return hashOf([bytecode]) === record.hash ? bytecode : undefined;
  } catch {
    return undefined;
  }
}

async function hashOfFiles(paths: readonly string[]): Promise<string> {
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return hashOf(paths.flatMap((path, at) => [path, contents[at]!]));
}
