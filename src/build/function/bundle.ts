// bundle.ts: makes one file of a handler and everything that it imports, by esbuild.
import { realpath } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { type BuildFailure, type BuildResult, build, type Plugin, stop } from "esbuild";
import { noDefaultExport, refusal, START } from "./esbuild-messages.js";
import { jsxPragma } from "./jsx-pragma.js";

export interface Bundle {
  /** What it was made of, as the user named it. */
  readonly entry: string;
  /** What stacks call it: not the name of a file of the user's, whose lines are others. */
  readonly name: string;
  /** JavaScript, one module without imports. */
  readonly code: string;
  /** JSON of a version 3 source map, with the bundle's name; paths are relative to `mapDirectory`. */
  readonly sourceMap: string;
  /** Absolute paths of the files that it was made of; of a handler that is a link, the link and the file. */
  readonly inputs: readonly string[];
}

/**
 * Bundles a handler as a program that hands itself to the prelude.
 *
 * @param entry path of the file whose default export has `fetch`
 * @param mapDirectory where the source map will lie
 * @throws MayflyError BUILD_FAILED: the first mistake with file, line and column; all of them, with excerpts, as details
 */
export async function bundleHandler(entry: string, mapDirectory: string): Promise<Bundle> {
  // By its file's own path: where links lead to, esbuild looks anyway, and names things by what it finds.
  const path = await realpath(entry);
  // The line that hands over has no file: its own code cannot fail before the handler's has.
  const contents = [
    `import handler from ${JSON.stringify(`./${basename(path)}`)};`,
    'globalThis[Symbol.for("mayfly.serve")]({ default: handler });',
  ].join("\n");
  const name = `${basename(entry, extname(entry))}.bundle.js`;
  const stdin = { contents, resolveDir: dirname(path), sourcefile: START, loader: "js" } as const;
  const result = await bundle(stdin, entry, join(resolve(mapDirectory), name), [jsxPragma]);
  // esbuild takes a module that exports nothing at all for one of CommonJS.
  const { format } = result.metafile.inputs[basename(path)] ?? {};
  if (format === undefined && /\.[mc]?[jt]sx?$/.test(path)) throw noDefaultExport(entry);
  const made = bundleOf({ name, entry }, result, stdin.resolveDir);
  return { ...made, inputs: [...new Set([resolve(entry), ...made.inputs])] };
}

/**
 * Bundles the prelude, or a part of it: scripts of the runtime's own.
 *
 * @param name what stacks call it
 * @param contents the line that it starts with
 */
export async function bundlePrelude(
  directory: string,
  name: string,
  contents: string,
  plugins: Plugin[],
): Promise<Bundle> {
  const stdin = { contents, resolveDir: directory, sourcefile: name, loader: "js" } as const;
  const entry = "the prelude";
  return bundleOf({ name, entry }, await bundle(stdin, entry, "bundle.js", plugins), directory);
}

/** Ends the process that bundles, which otherwise waits for more; the next bundle starts another. */
export function endBundler(): Promise<void> {
  return stop();
}

interface Entry {
  readonly contents: string;
  readonly resolveDir: string;
  readonly sourcefile: string;
  readonly loader: "js";
}

type Result = BuildResult<{ metafile: true; write: false }>;

async function bundle(stdin: Entry, name: string, outfile: string, plugins: Plugin[] = []): Promise<Result> {
  try {
    return await build({
      stdin: { ...stdin },
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      // The engine's language; what is newer is rewritten.
      target: "es2023",
      // For the `browser` field of package.json, by which packages replace what only Node.js has.
      platform: "browser",
      conditions: ["workerd", "worker", "browser"],
      mainFields: ["browser", "module", "main"],
      sourcemap: "external",
      sourcesContent: true,
      outfile,
      absWorkingDir: stdin.resolveDir,
      logLevel: "silent",
      plugins,
      define: { "process.env.NODE_ENV": '"production"' },
    });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw refusal(name, stdin.resolveDir, error.errors);
  }
}

function bundleOf(
  { name, entry }: Pick<Bundle, "name" | "entry">,
  { outputFiles, metafile }: Result,
  directory: string,
): Bundle {
  const text = (suffix: string): string => outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? "";
  return {
    entry,
    name,
    code: text(".js"),
    sourceMap: `{\n  "file": ${JSON.stringify(name)},${text(".map").slice(1)}`,
    inputs: Object.keys(metafile.inputs)
      .filter((input) => !/^mayfly[\w-]*:/.test(input))
      .map((input) => resolve(directory, input)),
  };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}
