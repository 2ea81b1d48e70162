// read-place.ts: a place in a source file with its line, for mistakes that others than esbuild found.
import { readFile } from "node:fs/promises";
import type { Place } from "./mistakes.js";

/**
 * A place with its line as it is on disk; the word there is what will be marked.
 *
 * @param file absolute path
 * @returns undefined when the file or the line does not exist
 */
export async function readPlace(file: string, line: number, column: number): Promise<Place | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lineText = text.split(/\r?\n/)[line - 1];
  if (lineText === undefined) return undefined;
  const [word] = /^[\w$]*/.exec(lineText.slice(column - 1))!;
  return { file, line, column, length: word.length, lineText };
}
