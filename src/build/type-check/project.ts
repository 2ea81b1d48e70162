// project.ts: the tsconfig.json by which one handler is checked: the project's own with its files left out, or one for Mayfly's guests.
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packageRoot } from "../places.js";
import { ambientDeclarations } from "./ambient.js";

export interface Project {
  /** The written tsconfig.json. */
  readonly config: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What holds for every check: nothing is written, and what esbuild bundles is accepted. */
const always = {
  noEmit: true,
  composite: false,
  incremental: false,
  emitDeclarationOnly: false,
  allowImportingTsExtensions: true,
};

/** A handler without a tsconfig.json: the engine's language, and the names that a worker finds. */
const byDefault = {
  // Of newer targets older compilers know nothing, and nothing is emitted. The engine knows what each of them calls the next language.
  target: "ES2022",
  lib: ["ESNext", "WebWorker", "WebWorker.Iterable", "WebWorker.AsyncIterable"],
  types: [],
  module: "ESNext",
  moduleResolution: "Bundler",
  customConditions: ["workerd", "worker", "browser"],
  moduleDetection: "force",
  jsx: "react-jsx",
  strict: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  skipLibCheck: true,
  // For a handler beside which Mayfly is not installed.
  paths: { "mayfly/handler": [join(packageRoot, "dist", "src", "handler.d.ts")] },
  checkJs: true,
};

/** Folders with declarations that were made, not written. */
const made = ["node_modules", "dist", "build", "out"];

/** @param handler absolute path */
export async function openProject(handler: string): Promise<Project> {
  const own = await nearest(dirname(handler), "tsconfig.json");
  const folder = await folderFor(handler);
  const config = join(folder, "tsconfig.json");
  const ambient = join(folder, "guest.d.ts");
  await writeFile(ambient, ambientDeclarations);
  await writeFile(config, JSON.stringify(configFor(handler, own, ambient)));
  return { config, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * @param own the project's tsconfig.json, if it has one
 * @param ambient declarations for a handler without one
 */
export function configFor(handler: string, own: string | undefined, ambient: string): object {
  const allowJs = /\.[mc]?jsx?$/.test(handler) ? { allowJs: true } : {};
  if (own === undefined)
    return { compilerOptions: { ...byDefault, ...allowJs, ...always }, files: [handler, ambient] };
  const root = dirname(own);
  return {
    extends: own,
    compilerOptions: { ...allowJs, ...always },
    files: [handler],
    // Declarations of names that no file imports. The project's other files are not this build's.
    include: [`${root}/**/*.d.ts`],
    exclude: made.map((name) => `${root}/**/${name}`),
    references: [],
  };
}

/** Below node_modules, if there is one: packages with types are searched from the config's folder upwards. */
async function folderFor(handler: string): Promise<string> {
  const modules = await nearest(dirname(handler), "node_modules");
  try {
    const cache = join(modules ?? "", ".cache");
    if (modules !== undefined) await mkdir(cache, { recursive: true });
    return await mkdtemp(join(modules === undefined ? tmpdir() : cache, "mayfly-check-"));
  } catch {
    // Installed by somebody else.
    return mkdtemp(join(tmpdir(), "mayfly-check-"));
  }
}

/** The path of `name` in a folder or in one above it. */
async function nearest(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  if ((await stat(path).catch(() => undefined)) !== undefined) return path;
  const above = dirname(folder);
  return above === folder ? undefined : nearest(above, name);
}
