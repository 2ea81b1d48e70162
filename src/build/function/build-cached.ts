// build-cached.ts: a handler's image for whoever wants no file of their own: it lies where compiled objects lie, for as long as there is a handler.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { hashOf } from "../object-cache.js";
import { defaultCacheDirectory } from "../places.js";
import { type BuiltFunction, buildWith } from "./build-function.js";
import { Toolchain } from "./toolchain.js";

/** In each image's folder: the path of its handler. */
const HANDLER_PATH = "handler-path";

/** Looking through all folders takes milliseconds: once in a process will do. */
let areAbandonedRemoved = false;

/**
 * Builds a handler.
 *
 * @param source path of the handler
 * @param tools shared by those who build many
 * @returns the image, whose path is the same for the same handler, always as its files are now
 * @throws as buildFunction
 */
export async function buildCached(source: string, tools = new Toolchain()): Promise<BuiltFunction> {
  const handler = resolve(source);
  const parent = join(defaultCacheDirectory(), "functions");
  const folder = join(parent, hashOf([handler]));
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  if (isNew) {
    await writeFile(join(folder, HANDLER_PATH), handler);
    await removeAbandoned(parent);
  }
  const output = join(folder, `${basename(source)}.img`);
  return buildWith(tools, { source, output });
}

/** Images of handlers that are gone: an image has two megabytes, and temporary folders have new names each time. */
async function removeAbandoned(parent: string): Promise<void> {
  if (areAbandonedRemoved) return;
  areAbandonedRemoved = true;
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    // One that has no path yet, or an empty file for it, is being made.
    const handler = await readFile(join(folder, HANDLER_PATH), "utf8").catch(() => "");
    if (handler === "" || existsSync(handler)) continue;
    // What cannot be removed takes room, and harms nobody.
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
