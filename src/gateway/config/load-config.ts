// load-config.ts: what `mayfly serve` is given: a handler, a directory of handlers, or a configuration.
import { existsSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isFunctionSource, noImageError } from "../../build/function/source.js";
import { MayflyError } from "../../errors.js";
import { readApplication } from "../../image/application.js";
import { loadImage } from "../../image/image.js";
import { configNames, isConfigName, isModuleConfigName } from "./config-names.js";
import { readJsonFile } from "./json-file.js";
import { readModuleFile } from "./module-file.js";
import { type ParseOptions, readServeConfig } from "./parse-config.js";
import type { FunctionConfig, ServeConfig } from "./serve-config.js";

export interface LoadedConfig {
  readonly config: ServeConfig;
  /** Absolute paths of files and folders: when one of them changes, so may the configuration. What handlers import is not among them. */
  readonly sources: readonly string[];
}

export interface LoadOptions extends Pick<ParseOptions, "overrides" | "environment"> {
  /** Finds what else is wrong with the functions of a configuration that has mistakes: those whose files are there. */
  readonly furtherMistakes?: (functions: readonly FunctionConfig[]) => Promise<readonly string[]>;
}

/** What a user wrote, before it is checked. */
interface Given {
  readonly name: string;
  readonly value: unknown;
  /** Where its paths start. */
  readonly directory: string;
  readonly sources: readonly string[];
}

/**
 * Loads and checks what a gateway shall serve.
 *
 * @param path a handler or an image, which then answers every path; a directory of handlers; a configuration (.ts, .mts, .js, .mjs, .json), or
 *   a directory that has one
 * @param options.overrides what goes before the configuration's own fields
 * @throws MayflyError CONFIG_INVALID: it cannot be read or compiled, or has mistakes; all of these at once
 *
 * @example
 * const { config } = await loadServeConfig("mayfly.config.ts", { overrides: { port: 0 } });
 */
export async function loadServeConfig(
  path: string,
  { furtherMistakes, ...options }: LoadOptions = {},
): Promise<LoadedConfig> {
  const { name, value, directory, sources } = await read(path);
  const { config, mistakes } = readServeConfig(value, { ...options, name, directory, checkFiles: true });
  if (mistakes.areAny && furtherMistakes !== undefined)
    mistakes.include(await furtherMistakes(config.functions.filter(({ file }) => existsSync(file))));
  mistakes.throwIfAny(name);
  const folders = (value as { directory?: string }).directory;
  return {
    config,
    sources: folders === undefined ? sources : [...sources, resolve(directory, folders)],
  };
}

async function read(path: string): Promise<Given> {
  if ((await kindOf(path)).isDirectory()) {
    const present = configNames.find((name) => existsSync(join(path, name)));
    if (present !== undefined) return readConfig(join(path, present));
    return { name: path, value: { directory: "." }, directory: path, sources: [] };
  }
  return isConfigName(basename(path)) ? readConfig(path) : readSingle(path);
}

async function readConfig(path: string): Promise<Given> {
  const place = { name: path, directory: dirname(path) };
  if (!isModuleConfigName(basename(path)))
    return { ...place, value: await readJsonFile(path), sources: [resolve(path)] };
  const { value, files } = await readModuleFile(path);
  return { ...place, value, sources: files };
}

/** A handler or an image that answers every path. */
async function readSingle(path: string): Promise<Given> {
  const isFunction = isFunctionSource(path) || (await isFunctionImage(path));
  const route = { path: "/*", [isFunction ? "function" : "image"]: `./${basename(path)}` };
  return { name: path, value: { routes: [route] }, directory: dirname(path), sources: [resolve(path)] };
}

async function isFunctionImage(path: string): Promise<boolean> {
  try {
    return readApplication(await loadImage(path)) !== undefined;
  } catch (error) {
    throw await noImageError(path, error);
  }
}

async function kindOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = isConfigName(basename(path)) ? "read config" : "serve";
    const why = code === "ENOENT" ? "there is no such file or directory" : (code ?? String(cause));
    throw new MayflyError("CONFIG_INVALID", `${what} ${path}: ${why}`, {
      cause,
      mend: "name a handler, a directory of handlers or a configuration: mayfly serve handler.ts",
    });
  }
}
