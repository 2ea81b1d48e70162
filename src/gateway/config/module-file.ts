// module-file.ts: reads a configuration in TypeScript or JavaScript: its default export. Its code runs in this process: it is the user's own.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MayflyError } from "../../errors.js";
import { bundleConfig } from "./bundle-config.js";

/** How long a configuration may take to load while other work keeps the process, ms. */
const PATIENCE_MS = 60_000;

/**
 * Imports a configuration, always as its files are now.
 *
 * @returns its default export, and the files that it was made of
 * @throws MayflyError CONFIG_INVALID when it does not compile, throws, awaits what never comes, or exports nothing
 */
export async function readModuleFile(path: string): Promise<{ value: unknown; files: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-config-"));
  try {
    const module = join(folder, "config.mjs");
    const { code, inputs } = await bundleConfig(path, module);
    await writeFile(module, code);
    const { default: value } = await importModule(module, path);
    if (value === undefined)
      throw new MayflyError(
        "CONFIG_INVALID",
        `${path}: got a module without a default export, expected one`,
        {
          mend: "export default defineConfig({ … })",
        },
      );
    return { value, files: inputs };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function importModule(module: string, path: string): Promise<{ default?: unknown }> {
  // For the stack of what it throws, which is made when it is first read.
  process.setSourceMapsEnabled(true);
  try {
    return await loaded(import(pathToFileURL(module).href), path);
  } catch (cause) {
    if (cause instanceof MayflyError) throw cause;
    const details = cause instanceof Error ? cause.stack : undefined;
    throw new MayflyError("CONFIG_INVALID", `${path}: it threw while it was loaded: ${String(cause)}`, {
      cause,
      ...(details !== undefined && { details }),
    });
  } finally {
    process.setSourceMapsEnabled(process.execArgv.includes("--enable-source-maps"));
  }
}

/** A module may await what never comes: then nothing is left to do, or, in a server that reloads, all too long. */
async function loaded(module: Promise<{ default?: unknown }>, path: string): Promise<{ default?: unknown }> {
  let onEnd = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise<never>((_, reject) => {
    onEnd = () =>
      reject(
        new MayflyError("CONFIG_INVALID", `${path}: it awaits something that does not come`, {
          mend: "look at its top-level awaits",
        }),
      );
    timer = setTimeout(onEnd, PATIENCE_MS).unref();
    process.once("beforeExit", onEnd);
  });
  try {
    return await Promise.race([module, never]);
  } finally {
    clearTimeout(timer);
    process.off("beforeExit", onEnd);
  }
}
