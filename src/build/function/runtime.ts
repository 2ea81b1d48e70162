// runtime.ts: builds the JavaScript runtime's image, once: translated engine, glue, base layer. What is kept is found by content.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseImage } from "../../image/image.js";
import { openCache } from "../build-image.js";
import { baseFlags, programFlags } from "../flags.js";
import { notesAssembly } from "../notes.js";
import { hashOf, type ObjectCache } from "../object-cache.js";
import { baseDirectory, defaultCacheDirectory } from "../places.js";
import { readIfThere, temporaryBeside, writeAtomically } from "../whole-file.js";
import { adaptEngine } from "./adapt-engine.js";
import { compileEngine, runtimeFileFlags } from "./compile-engine.js";
import { extensionPaths } from "./extension.js";
import { LINEAR_BASE } from "./layout.js";
import { type LinkedEngine, linkEngine } from "./link-engine.js";
import { runtimeDirectory, runtimeLinkFlags } from "./runtime-flags.js";
import { enginePath, filesIn, runtimeKey, shippedRuntime } from "./runtime-key.js";
import { type InitialMemory, readInitialMemory } from "./wasm-module.js";
import { translate } from "./wasm2c.js";

const SLOW_MS = 1000;

export interface RuntimeOptions {
  /** Objects of earlier builds. Share one between builds that run at the same time. */
  readonly cache?: ObjectCache;
  /** The C compiler, by name or path, for the cache that is opened when none is given. */
  readonly cc?: string;
  /** Told when the engine is really compiled, which takes a minute or two. */
  readonly onSlowStep?: (what: string) => void;
  /** Told why the engine is compiled without the profile that makes it faster. */
  readonly onUnprofiled?: (why: string) => void;
}

export interface Runtime {
  /** The image without an application. */
  readonly image: Buffer;
  /** False when it was kept from an earlier build. */
  readonly built: boolean;
  /** Bytes of the engine's memory at the start: the application lies behind them. */
  readonly linearBytes: number;
  /** Stands for everything that it is made of, and that makes it but for the compiler. */
  readonly key: string;
  /** Where it is kept. */
  readonly cacheDirectory: string;
}

/**
 * The runtime's image, built if no kept one fits.
 *
 * @throws MayflyError BUILD_FAILED when wasm2c or the compiler is missing or refuses
 */
export async function buildRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const { cache: given, cc } = options;
  const key = await runtimeKey();
  const runtime = (image: Buffer, built: boolean, cacheDirectory: string): Runtime => {
    // The engine's memory is what ends last, and costs nothing to find here.
    const linearBytes = parseImage(image, "the JavaScript runtime").end - LINEAR_BASE;
    return { image, built, linearBytes, key, cacheDirectory };
  };
  // Before any compiler is looked for: with it, functions are built where there is none.
  const shipped = await readIfThere(shippedRuntime(key));
  if (shipped !== undefined) return runtime(shipped, false, given?.directory ?? defaultCacheDirectory());

  const cache = given ?? (await openCache(cc));
  const { command, includeDirectory } = cache.compiler;
  const kept = join(cache.directory, `runtime-${hashOf([key, command, includeDirectory])}.img`);
  const present = await readIfThere(kept);
  if (present !== undefined) return runtime(present, false, cache.directory);

  const linked = await linkedEngine();
  const memory = readInitialMemory(linked);
  const flags = runtimeFileFlags(memory);
  const notes = await generated(cache, "notes", "S", notesAssembly([]));
  const data = await generated(cache, "linear", "S", await linearData(cache, memory));
  const objects = await Promise.all([
    ...(await sourcesIn(runtimeDirectory)).map((file) => cache.compile(file, flags)),
    ...(await sourcesIn(baseDirectory)).map((file) =>
      cache.compile(file, [...programFlags, ...baseFlags, "-I", baseDirectory]),
    ),
    cache.compile(notes, []),
    cache.compile(data, []),
    engineObject(cache, linked, memory, options),
  ]);
  const image = await link(cache, memory, objects);
  await writeAtomically(kept, image);
  return runtime(image, true, cache.directory);
}

async function linkedEngine(): Promise<LinkedEngine> {
  const extensions = [...extensionPaths].map(async ([name, path]) => [name, await readFile(path)] as const);
  return linkEngine(await readFile(enginePath), new Map(await Promise.all(extensions)));
}

async function engineObject(
  cache: ObjectCache,
  linked: LinkedEngine,
  memory: InitialMemory,
  { onSlowStep, onUnprofiled }: RuntimeOptions,
): Promise<string> {
  const adapted = adaptEngine(await translate(linked.wasm, cache.directory), memory.stackTop);
  const source = await generated(cache, "engine", "c", adapted);
  // A kept object is there at once, and nobody needs to be told.
  const timer = setTimeout(
    () =>
      onSlowStep?.(
        "compiling the JavaScript engine, training it, compiling it again (a minute or two, once)",
      ),
    SLOW_MS,
  );
  try {
    return await compileEngine(cache, { source, memory }, onUnprofiled);
  } finally {
    clearTimeout(timer);
  }
}

/** A file of our own making, under a name that tells its content. */
async function generated(cache: ObjectCache, kind: string, suffix: string, text: string): Promise<string> {
  const path = join(cache.directory, `${kind}-${hashOf([text])}.${suffix}`);
  if ((await readIfThere(path)) === undefined) await writeAtomically(path, text);
  return path;
}

/** The engine's memory as it starts is part of the image: nobody copies it in the guest. */
async function linearData(cache: ObjectCache, memory: InitialMemory): Promise<string> {
  const lines = memory.parts.map(async ({ section, bytes }) => {
    const path = join(cache.directory, `linear-${hashOf([bytes])}.bin`);
    await writeAtomically(path, bytes);
    const flags = section.endsWith("_constants") ? "a" : "aw";
    return `.section ${section},"${flags}",@progbits\n.incbin ${JSON.stringify(path)}`;
  });
  return [...(await Promise.all(lines)), '.section .note.GNU-stack,"",@progbits', ""].join("\n");
}

async function link(cache: ObjectCache, memory: InitialMemory, objects: readonly string[]): Promise<Buffer> {
  const temporary = temporaryBeside(join(cache.directory, "runtime"));
  try {
    const flags = runtimeLinkFlags(memory);
    await cache.compiler.run(
      [...flags, ...objects, "-lgcc", "-o", temporary],
      "linking the JavaScript runtime",
    );
    return await readFile(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function sourcesIn(directory: string): Promise<string[]> {
  return (await filesIn(directory)).filter((path) => /\.(c|S)$/.test(path));
}
