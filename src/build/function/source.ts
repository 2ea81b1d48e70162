// source.ts: tells a handler's file from a C file by its name, and refuses what is no file.
import { stat } from "node:fs/promises";
import { MayflyError } from "../../errors.js";

/** What a handler's name may end in. */
export const handlerSuffixes = [".ts", ".mts", ".tsx", ".js", ".mjs", ".jsx"] as const;

/** Whether `mayfly build` takes a file as a function. */
export function isFunctionSource(path: string): boolean {
  return handlerSuffixes.some((suffix) => path.endsWith(suffix));
}

/**
 * Checks that a handler is a file.
 *
 * @throws MayflyError OPTION_INVALID
 */
export async function checkHandler(path: string): Promise<void> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) throw notAHandler(path, "a path that does not exist");
  if (!kind.isFile()) throw notAHandler(path, "a directory or a device");
}

function notAHandler(path: string, got: string): MayflyError {
  const suffixes = handlerSuffixes.join(", ");
  return new MayflyError("OPTION_INVALID", `handler ${path}: got ${got}, expected a file (${suffixes})`);
}
