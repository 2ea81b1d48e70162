// runtime-key.ts: what the JavaScript runtime's image is made of, as one hash, and where a package has it ready made.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashOf } from "../object-cache.js";
import { baseDirectory, packageRoot } from "../places.js";
import { extensionPaths } from "./extension.js";
import { runtimeDirectory } from "./runtime-flags.js";

/** The engine: QuickJS-ng as WebAssembly. */
export const enginePath: string = fileURLToPath(import.meta.resolve("quickjs-wasi/quickjs.wasm"));

/** What the engine is trained with (compile-engine.ts): programs in JavaScript, and one in C that runs them. */
export const trainingDirectory: string = join(runtimeDirectory, "training");

/** Where the set-up puts the runtime, for the package to bring along. */
export const shippedDirectory: string = join(packageRoot, "build", "runtime");

/** A runtime that was made of the very same: any compiler's will do. */
export function shippedRuntime(key: string): string {
  return join(shippedDirectory, `${key}.img`);
}

/** Over everything that the image is made of, the programs that make it included. The compiler is not. */
export async function runtimeKey(): Promise<string> {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const makers = (await filesIn(here)).filter((path) => /[/][\w-]+\.js$/.test(path));
  const flags = fileURLToPath(new URL("../flags.js", import.meta.url));
  const profile = fileURLToPath(new URL("../profile.js", import.meta.url));
  const folders = [runtimeDirectory, trainingDirectory, baseDirectory];
  const guest = (await Promise.all(folders.map(filesIn))).flat();
  const modules = [enginePath, ...extensionPaths.values()];
  const files = [...modules, ...makers, flags, profile, ...guest];
  return hashOf(await Promise.all(files.map((file) => readFile(file))));
}

/** The files of a folder, in the order of their names. */
export async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(directory, name))
    .sort();
}
