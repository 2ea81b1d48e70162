// build-functions.ts: builds every handler of a config once, before workers load them, and keeps the images until these have gone.
import { link, mkdir, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildCached } from "../../build/function/build-cached.js";
import { isFunctionSource } from "../../build/function/source.js";
import { defaultCacheDirectory } from "../../build/places.js";
import { MayflyError } from "../../errors.js";

/** Handlers that are built at a time. */
const LANES = 4;

export interface Buildable {
  readonly name: string;
  /** Absolute path of a handler or an image. */
  readonly file: string;
}

export interface BuiltFunctions<F> {
  /** The same, each `file` an image. */
  readonly functions: readonly F[];
  /** Where those images lie, that were built. */
  readonly folder: string;
  /** Takes them away: no worker will load them any more. */
  remove(): Promise<void>;
}

/**
 * Builds all handlers. The images are this config's own: when a handler changes and is built anew, a worker that is started in a dead one's
 * place still gets what the others run.
 *
 * @throws MayflyError BUILD_FAILED with every handler that cannot be built
 */
export async function buildFunctions<F extends Buildable>(
  functions: readonly F[],
  onSlowStep: (what: string) => void = () => {},
): Promise<BuiltFunctions<F>> {
  const parent = join(defaultCacheDirectory(), "serving");
  await mkdir(parent, { recursive: true });
  // As deep as the place where they are built: the paths in their source maps stay right.
  const folder = await mkdtemp(join(parent, "config-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const handlers = [...new Set(functions.map(({ file }) => file).filter(isFunctionSource))];
  const images = new Map<string, string>();
  const failures = new Map<string, unknown>();
  const rest = handlers.entries();
  const lane = async (): Promise<void> => {
    for (const [i, file] of rest) {
      try {
        images.set(file, await keep(await buildCached(file, { onSlowStep }), folder, i));
      } catch (error) {
        failures.set(file, error);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failures.size > 0) {
    await remove();
    throw failure(functions, failures);
  }
  const built = functions.map((each) => ({ ...each, file: images.get(each.file) ?? each.file }));
  return { functions: built, folder, remove };
}

/** A further name for an image and its source map: a later build puts another file in the first name's place. */
async function keep(image: string, folder: string, index: number): Promise<string> {
  const kept = join(folder, `${index}-${basename(image)}`);
  await Promise.all([link(image, kept), link(`${image}.map`, `${kept}.map`)]);
  return kept;
}

function failure(functions: readonly Buildable[], failures: ReadonlyMap<string, unknown>): MayflyError {
  const failed = functions.filter(({ file }) => failures.has(file));
  const texts = failed.map(({ name, file }) => `${name}: ${wordsOf(failures.get(file))}`);
  const [first = ""] = texts;
  if (texts.length === 1)
    return new MayflyError("BUILD_FAILED", first, mendOf(failures.get(failed[0]!.file)));
  return new MayflyError("BUILD_FAILED", `${texts.length} functions could not be built`, {
    details: texts.join("\n"),
  });
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = error instanceof MayflyError ? error.details : undefined;
  return details === undefined ? error.message : `${error.message}\n${details.trimEnd()}`;
}

function mendOf(error: unknown): { mend?: string } {
  return error instanceof MayflyError && error.mend !== undefined ? { mend: error.mend } : {};
}
