// bundle.ts: makes one file of a handler and everything that it imports, by esbuild. Says where a mistake is in the user's own file.
import { isBuiltin } from "node:module";
import { basename, dirname, relative, resolve } from "node:path";
import { type BuildFailure, build, type Message, type OutputFile, type Plugin } from "esbuild";
import { MayflyError } from "../../errors.js";

export interface Bundle {
  /** JavaScript, one module without imports. */
  readonly code: string;
  /** JSON of a version 3 source map, paths relative to the output's folder. */
  readonly sourceMap: string;
}

/**
 * Bundles a handler as a program that hands itself to the prelude.
 *
 * @param entry path of the .ts, .js or .mjs file whose default export has `fetch`
 * @throws MayflyError BUILD_FAILED: the first mistake with file, line and column; all of them, with excerpts, as details
 */
export function bundleHandler(entry: string): Promise<Bundle> {
  const path = resolve(entry);
  // The wrapper has a line of its own in no file: its own code cannot fail before the handler's has.
  const contents = [
    `import * as handler from ${JSON.stringify(`./${basename(path)}`)};`,
    'globalThis[Symbol.for("mayfly.serve")](handler);',
  ].join("\n");
  return bundle({ contents, resolveDir: dirname(path), sourcefile: "mayfly:start", loader: "js" }, entry);
}

/** Bundles the prelude: a script of the runtime's own. */
export function bundlePrelude(directory: string): Promise<Bundle> {
  const contents = 'import "./main.ts";';
  return bundle(
    { contents, resolveDir: directory, sourcefile: "mayfly:prelude", loader: "js" },
    "the prelude",
  );
}

interface Entry {
  readonly contents: string;
  readonly resolveDir: string;
  readonly sourcefile: string;
  readonly loader: "js";
}

async function bundle(stdin: Entry, name: string): Promise<Bundle> {
  try {
    const { outputFiles } = await build({
      stdin: { ...stdin },
      bundle: true,
      write: false,
      format: "esm",
      // The engine's language; what is newer is rewritten.
      target: "es2023",
      platform: "neutral",
      conditions: ["workerd", "worker", "browser"],
      mainFields: ["browser", "module", "main"],
      sourcemap: "external",
      sourcesContent: true,
      outfile: "bundle.js",
      absWorkingDir: stdin.resolveDir,
      // A name that minifying or inlining took away would be missing from stacks.
      keepNames: false,
      logLevel: "silent",
      define: { "process.env.NODE_ENV": '"production"' },
      plugins: [refuseNodeBuiltins],
    });
    const text = (suffix: string): string =>
      outputFiles.find(({ path }: OutputFile) => path.endsWith(suffix))?.text ?? "";
    return { code: text(".js"), sourceMap: text(".map") };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw failure(name, stdin.resolveDir, error.errors);
  }
}

/** What Node.js has built in does not exist in a guest; who imports it should hear so, not that it cannot be found. */
const refuseNodeBuiltins: Plugin = {
  name: "mayfly-node-builtins",
  setup({ onResolve, resolve: resolveImport }) {
    onResolve({ filter: /^[a-z@]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === "mayfly-seen" || !isBuiltin(path)) return undefined;
      // A package of the same name (buffer, events, punycode …) serves in its place.
      if (!path.startsWith("node:")) {
        const found = await resolveImport(path, { resolveDir, importer, kind, pluginData: "mayfly-seen" });
        if (found.errors.length === 0) return found;
      }
      const by = importer === "" ? "the entry" : relative(process.cwd(), importer);
      return {
        errors: [{ text: `${path} is built into Node.js and does not exist in a guest; imported by ${by}` }],
      };
    });
  },
};

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

function failure(name: string, directory: string, errors: readonly Message[]): MayflyError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const sentence = first === undefined ? "esbuild refused it" : describe(first, directory);
  return new MayflyError("BUILD_FAILED", `building ${name}: ${sentence}${more}`, {
    details: errors.map((message) => excerpt(message, directory)).join("\n"),
  });
}

/** "src/handler.ts:3:14: Expected ";" but found "x"" */
function describe({ location, text }: Message, directory: string): string {
  if (location === null) return text;
  const file = relative(process.cwd(), resolve(directory, location.file));
  return `${file}:${location.line}:${location.column + 1}: ${text}`;
}

/** The same with the line itself, marked. */
function excerpt(message: Message, directory: string): string {
  const { location } = message;
  if (location === null) return describe(message, directory);
  const number = String(location.line);
  const marks = "^".repeat(Math.max(1, location.length));
  return [
    describe(message, directory),
    `  ${number} | ${location.lineText}`,
    `  ${" ".repeat(number.length)} | ${" ".repeat(location.column)}${marks}`,
  ].join("\n");
}
