// build-functions.ts: builds every handler of a config once, before workers load them, and keeps the images until these have gone.
import { link } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildCached } from "../../build/function/build-cached.js";
import { endBundler } from "../../build/function/bundle.js";
import { isFunctionSource } from "../../build/function/source.js";
import { Toolchain } from "../../build/function/toolchain.js";
import { defaultCacheDirectory } from "../../build/places.js";
import { functionMistake } from "../config/function-mistake.js";
import { configError } from "../config/mistakes.js";
import type { FunctionConfig, ServeConfig } from "../config/serve-config.js";
import { openImageFolder } from "./image-folder.js";

/** Handlers that are built at a time. */
const LANES = 4;

export interface BuiltFunctions {
  /** The same, each `file` an image. */
  readonly functions: readonly FunctionConfig[];
  /** Absolute paths of what they were made of. */
  readonly inputs: readonly string[];
  /** Where those images lie, that were built; undefined when there are none. */
  readonly folder: string | undefined;
  /** Takes them away: no worker will load them any more. */
  remove(): Promise<void>;
}

interface Kept {
  readonly image: string;
  readonly inputs: readonly string[];
}

/**
 * Builds all handlers. The images are this config's own: when a handler changes and is built anew, a worker that is started in a dead one's
 * place still gets what the others run.
 *
 * @param parent where the folder of the images shall lie: as deep as the place where they are built, or the paths in their source maps go wrong
 * @throws MayflyError CONFIG_INVALID with every function whose handler cannot be built
 */
export async function buildFunctions(
  { name, functions }: Pick<ServeConfig, "name" | "functions">,
  onSlowStep: (what: string) => void = () => {},
  parent = join(defaultCacheDirectory(), "serving"),
): Promise<BuiltFunctions> {
  const handlers = handlersOf(functions);
  // Who serves images only needs no place to write to.
  if (handlers.length === 0) return { functions, inputs: [], folder: undefined, remove: async () => {} };
  const { path: folder, remove } = await openImageFolder(parent);
  const images = new Map<string, Kept>();
  const failures = await buildAll(handlers, onSlowStep, async ({ output, inputs }, file, i) => {
    images.set(file, { image: await keep(output, folder, i), inputs });
  });
  if (failures.size > 0) {
    await remove();
    throw configError(name, mistakesOf(functions, failures));
  }
  return {
    functions: functions.map((each) => {
      const image = images.get(each.file)?.image;
      return image === undefined ? each : { ...each, file: image, source: each.file };
    }),
    inputs: [...images.values()].flatMap(({ inputs }) => inputs),
    folder,
    remove,
  };
}

/** What keeps handlers from being built, in words: for a configuration that has other mistakes, and serves nothing. */
export async function buildMistakes(
  functions: readonly FunctionConfig[],
  onSlowStep: (what: string) => void = () => {},
): Promise<readonly string[]> {
  return mistakesOf(functions, await buildAll(handlersOf(functions), onSlowStep, async () => {}));
}

function handlersOf(functions: readonly FunctionConfig[]): string[] {
  return [...new Set(functions.map(({ file }) => file).filter(isFunctionSource))];
}

/** Builds all. Gives why some failed, by file. */
async function buildAll(
  handlers: readonly string[],
  onSlowStep: (what: string) => void,
  onBuilt: (built: Awaited<ReturnType<typeof buildCached>>, handler: string, index: number) => Promise<void>,
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const tools = new Toolchain({ onSlowStep });
  const rest = handlers.entries();
  const lane = async (): Promise<void> => {
    for (const [i, file] of rest) {
      try {
        await onBuilt(await buildCached(file, tools), file, i);
      } catch (error) {
        failures.set(file, error);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // Of all that a server needs to run for long, this is not.
  await endBundler();
  return failures;
}

function mistakesOf(
  functions: readonly FunctionConfig[],
  failures: ReadonlyMap<string, unknown>,
): readonly string[] {
  const failed = functions.filter(({ file }) => failures.has(file));
  return failed.map(({ name, file }) => functionMistake(name, file, failures.get(file)));
}

/** A further name for an image and its source map: a later build puts another file in the first name's place. */
async function keep(image: string, folder: string, index: number): Promise<string> {
  const kept = join(folder, `${index}-${basename(image)}`);
  await Promise.all([link(image, kept), link(`${image}.map`, `${kept}.map`)]);
  return kept;
}
