// bundle-config.ts: makes one module of a configuration and the files of the project that it imports, by esbuild, which is loaded when it is needed.
import { isBuiltin } from "node:module";
import { dirname, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildFailure, Plugin } from "esbuild";
import { refusal } from "../../build/function/esbuild-messages.js";
import { MayflyError } from "../../errors.js";

export interface ConfigBundle {
  /** A module that may lie anywhere: what it imports from packages has absolute URLs. */
  readonly code: string;
  /** Absolute paths of the files that it was made of. */
  readonly inputs: readonly string[];
}

/**
 * Bundles a configuration.
 *
 * @param outfile where it will lie, for the paths of its source map
 * @throws MayflyError CONFIG_INVALID: the first mistake with file, line and column; all of them as details
 */
export async function bundleConfig(path: string, outfile: string): Promise<ConfigBundle> {
  const { build } = await import("esbuild");
  const entry = resolve(path);
  const directory = dirname(entry);
  const url = JSON.stringify(pathToFileURL(entry).href);
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      target: "node20",
      sourcemap: "inline",
      outfile,
      absWorkingDir: directory,
      logLevel: "silent",
      define: {
        "import.meta.url": url,
        "import.meta.filename": JSON.stringify(entry),
        "import.meta.dirname": JSON.stringify(directory),
      },
      // A module has no require; what is written as CommonJS expects one.
      banner: { js: `import { createRequire as $r } from "node:module"; const require = $r(${url});` },
      plugins: [packagesByUrl],
    });
    return {
      code: outputFiles[0]!.text,
      inputs: Object.keys(metafile.inputs).map((input) => resolve(directory, input)),
    };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const { message, details, mend } = refusal(path, directory, error.errors);
    throw new MayflyError("CONFIG_INVALID", message, {
      cause: error,
      ...(details !== undefined && { details }),
      ...(mend !== undefined && { mend }),
    });
  }
}

/** Marks what this plugin has asked esbuild to resolve: it must not be asked again. */
const ASKED = Symbol("asked");

const packagesByUrl: Plugin = {
  name: "packages by URL",
  setup({ onResolve, resolve: find }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === ASKED || kind === "entry-point" || isBuiltin(path)) return undefined;
      // A configuration needs no installation to have its types and `defineConfig`: it gets those of the Mayfly that reads it.
      if (/^mayfly(?:\/|$)/.test(path)) return { path: import.meta.resolve(path), external: true };
      const found = await find(path, { kind, importer, resolveDir, pluginData: ASKED });
      if (found.errors.length > 0) return { errors: found.errors };
      if (!found.path.includes(`${sep}node_modules${sep}`)) return found;
      return { path: kind === "require-call" ? found.path : pathToFileURL(found.path).href, external: true };
    });
  },
};

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}
