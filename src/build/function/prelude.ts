// prelude.ts: the prelude's bytecode, which no handler changes: compiled once, and kept under the content of what it was made of.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { version as esbuildVersion } from "esbuild";
import { hashOf } from "../object-cache.js";
import { readIfThere, writeAtomically } from "../whole-file.js";
import { bundlePrelude } from "./bundle.js";
import type { BytecodeCompiler } from "./bytecode.js";
import type { Runtime } from "./runtime.js";
import { runtimeDirectory } from "./runtime-flags.js";

const directory = join(runtimeDirectory, "prelude");

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
 * @param opening the compiler, which is not waited for when there is nothing to compile
 */
export async function preludeBytecode(
  building: Promise<Runtime>,
  opening: Promise<BytecodeCompiler>,
): Promise<Uint8Array> {
  const { key, cacheDirectory } = await building;
  const path = join(cacheDirectory, `prelude-${hashOf([key, esbuildVersion, directory])}.json`);
  const kept = await keptBytecode(path);
  if (kept !== undefined) return kept;
  const bundle = await bundlePrelude(directory);
  const bytecode = await (await opening).compile(bundle, directory);
  const record: PreludeRecord = {
    inputs: bundle.inputs,
    inputsHash: await hashOfFiles(bundle.inputs),
    hash: hashOf([bytecode]),
    bytecode: Buffer.from(bytecode).toString("base64"),
  };
  await writeAtomically(path, JSON.stringify(record));
  return bytecode;
}

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
