// esbuild-messages.ts: esbuild's refusals in Mayfly's words, where its own would send a reader astray.
import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative, resolve } from "node:path";
import type { Message } from "esbuild";
import type { MayflyError } from "../../errors.js";
import { buildFailure, type Mistake } from "./mistakes.js";

/** The module that hands the handler over: mistakes in it are the handler's. */
export const START = "mayfly:start";

/** The error for a handler without `export default`. */
export function noDefaultExport(entry: string): MayflyError {
  const text = "got a module without a default export, expected `export default { fetch(request) { … } }`";
  return buildFailure(`building ${entry}`, [{ text }], "Export the handler: export default { fetch }");
}

/**
 * The error for what esbuild refused.
 *
 * @param entry the handler as the user named it
 * @param directory what esbuild's paths are relative to
 */
export function refusal(entry: string, directory: string, messages: readonly Message[]): MayflyError {
  if (
    messages.some(({ location, text }) => location?.file === START && text.startsWith("No matching export"))
  )
    return noDefaultExport(entry);
  const mistakes = messages.map((message) => mistakeOf(message, directory));
  return buildFailure(`building ${entry}`, mistakes, mendOf(messages, directory));
}

function mistakeOf({ location, text, notes }: Message, directory: string): Mistake {
  const module = unresolved(text);
  const file = location === null ? undefined : resolve(directory, location.file);
  const by = file === undefined ? "" : `; imported by ${relative(process.cwd(), file)}`;
  const words =
    module !== undefined && isBuiltin(module)
      ? `${module} is built into Node.js and does not exist in a guest${by}`
      : text;
  // Notes without a place advise esbuild's own options, which nobody can set here.
  const placed = notes.filter((note) => note.location !== null).map((note) => ({ ...note, notes: [] }));
  return {
    text: words,
    notes: placed.map((note) => mistakeOf(note as unknown as Message, directory)),
    ...(location === null || file === undefined
      ? {}
      : { place: { ...location, file, column: utf16Column(location.lineText, location.column) + 1 } }),
  };
}

/** esbuild counts bytes of UTF-8. */
function utf16Column(lineText: string, bytes: number): number {
  return Buffer.from(lineText).subarray(0, bytes).toString().length;
}

/** Of everything that can be mended; a command comes first. */
function mendOf(messages: readonly Message[], directory: string): string | undefined {
  const modules = [...new Set(messages.flatMap(({ text }) => unresolved(text) ?? []))];
  const builtins = modules.filter(isBuiltin);
  const packages = [...new Set(modules.flatMap((name) => packageOf(name, directory) ?? []))];
  const mends = [
    ...(packages.length > 0 ? [`npm install ${packages.join(" ")}`] : []),
    ...(builtins.length > 0
      ? [
          `Use the web's API in the place of ${builtins.join(", ")}, or a package that does without (docs/functions.md lists what there is)`,
        ]
      : []),
    ...(messages.some(({ text }) => text.startsWith("No loader is configured"))
      ? [
          'Import a file of another kind as a text or as bytes: import page from "./page.html" with { type: "text" }, or "bytes"',
        ]
      : []),
  ];
  return mends.length === 0 ? undefined : mends.join("; ");
}

/** The package that a module would be of, if it were installed; undefined for a path of the project's own. */
function packageOf(module: string, directory: string): string | undefined {
  const name = /^(?:@[\w.-]+\/)?\w[\w.-]*(?=$|\/)/.exec(module)?.[0];
  if (name === undefined || isBuiltin(module)) return undefined;
  const isFolder = [directory, process.cwd()].some((folder) => existsSync(join(folder, name)));
  return isFolder ? undefined : name;
}

function unresolved(text: string): string | undefined {
  return /^Could not resolve "([^"]+)"/.exec(text)?.[1];
}
