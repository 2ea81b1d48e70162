// build-cached.ts: a handler's image for whoever wants no file of their own: it lies where compiled objects lie.
import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { hashOf } from "../object-cache.js";
import { defaultCacheDirectory } from "../places.js";
import { type BuiltFunction, buildWith } from "./build-function.js";
import { Toolchain } from "./toolchain.js";

/**
 * Builds a handler.
 *
 * @param source path of the handler
 * @param tools shared by those who build many
 * @returns the image, whose path is the same for the same handler, always as its files are now
 * @throws as buildFunction
 */
export async function buildCached(source: string, tools = new Toolchain()): Promise<BuiltFunction> {
  const folder = join(defaultCacheDirectory(), "functions", hashOf([resolve(source)]));
  await mkdir(folder, { recursive: true });
  const output = join(folder, `${basename(source)}.img`);
  return buildWith(tools, { source, output });
}
