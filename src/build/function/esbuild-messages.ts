// esbuild-messages.ts: esbuild's refusals in Mayfly's words, where its own would send a reader astray. No I/O.
import { isBuiltin } from "node:module";
import { relative, resolve } from "node:path";
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
  return buildFailure(`building ${entry}`, mistakes, mendOf(messages));
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

function mendOf(messages: readonly Message[]): string | undefined {
  const modules = messages.flatMap(({ text }) => unresolved(text) ?? []);
  const builtin = modules.find(isBuiltin);
  if (builtin !== undefined)
    return "Use the web's API in its place, or a package that does without (docs/functions.md lists what there is).";
  const absent = modules.find((name) => /^(@[\w.-]+\/)?\w[\w.-]*$/.test(name));
  return absent === undefined ? undefined : `npm install ${absent}`;
}

function unresolved(text: string): string | undefined {
  return /^Could not resolve "([^"]+)"/.exec(text)?.[1];
}
