// compile-engine.ts: compiles the translated engine so that what programs in JavaScript (guest/js/training) make it do most is fast.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MayflyError } from "../../errors.js";
import { programFlags } from "../flags.js";
import { hashOf, type ObjectCache } from "../object-cache.js";
import { baseDirectory } from "../places.js";
import { profileFlags } from "../profile.js";
import {
  engineFlags,
  placeFlags,
  runtimeDirectory,
  runtimeFlags,
  trainerFlags,
  trainerLinkFlags,
} from "./runtime-flags.js";
import { filesIn, trainingDirectory } from "./runtime-key.js";
import type { InitialMemory } from "./wasm-module.js";

/** Of the runtime's files, those that the engine needs in a program of the host as well. */
const TRAINERS_PARTS = ["engine-trap", "extensions", "imports", "linear", "overflow", "values"];

export interface TranslatedEngine {
  /** The translated engine's C file. Its name tells its content. */
  readonly source: string;
  readonly memory: InitialMemory;
}

/**
 * The path of the engine's object.
 *
 * @param onUnprofiled told why it is compiled without training, which makes it a quarter slower
 * @throws MayflyError BUILD_FAILED when the compiler refuses
 */
export async function compileEngine(
  cache: ObjectCache,
  engine: TranslatedEngine,
  onUnprofiled: (why: string) => void = () => {},
): Promise<string> {
  const flags = [...runtimeFileFlags(engine.memory), ...engineFlags];
  try {
    const profile = await trainEngine(cache, engine, flags);
    return await cache.compile(engine.source, [...flags, ...profile]);
  } catch (error) {
    // Another compiler may not know how. If something else is wrong, the next compilation says so, too.
    if (!(error instanceof MayflyError)) throw error;
    onUnprofiled(error.message);
    return cache.compile(engine.source, flags);
  }
}

/** How a file of guest/js is compiled. */
export function runtimeFileFlags(memory: InitialMemory): string[] {
  const include = ["-I", baseDirectory, "-I", runtimeDirectory];
  return [...programFlags, ...placeFlags(memory), ...include, ...runtimeFlags];
}

async function trainEngine(
  cache: ObjectCache,
  { source, memory }: TranslatedEngine,
  flags: readonly string[],
): Promise<string[]> {
  const files = await filesIn(trainingDirectory);
  const parts = TRAINERS_PARTS.map((name) => join(runtimeDirectory, `${name}.c`));
  const headers = (await filesIn(runtimeDirectory)).filter((file) => file.endsWith(".h"));
  const read = [source, ...files, ...parts, ...headers, ...(await filesIn(baseDirectory))];
  return profileFlags(cache, {
    source,
    flags,
    key: hashOf(await Promise.all(read.map((file) => readFile(file)))),
    async link(object, program, folder) {
      const trainer = join(folder, "trainer.o");
      const trainerSource = join(trainingDirectory, "trainer.c");
      await cache.compiler.run(
        [...trainerFlags(memory), "-c", trainerSource, "-o", trainer],
        "compiling trainer.c",
      );
      const objects = await Promise.all(parts.map((file) => cache.compile(file, runtimeFileFlags(memory))));
      const all = [...trainerLinkFlags, object, trainer, ...objects, "-o", program];
      await cache.compiler.run(all, "linking the engine's trainer");
    },
    async arguments(folder) {
      const whole = Buffer.alloc(memory.bytes);
      for (const { at, bytes } of memory.parts) whole.set(bytes, at);
      const path = join(folder, "memory");
      await writeFile(path, whole);
      return [path, ...files.filter((file) => file.endsWith(".js"))];
    },
  });
}
