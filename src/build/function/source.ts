// source.ts: tells a handler's file from a C file by its name, and refuses what is no file.
import { open, stat } from "node:fs/promises";
import { MayflyError } from "../../errors.js";

/** What a handler's name may end in. */
export const handlerSuffixes = [".ts", ".mts", ".tsx", ".js", ".mjs", ".jsx"] as const;

/** Whether `mayfly build` takes a file as a function. */
export function isFunctionSource(path: string): boolean {
  return handlerSuffixes.some((suffix) => path.endsWith(suffix));
}

/** "a handler (.ts, .mts, …)": what files of other kinds were expected to be. */
export const aHandler = `a handler (${handlerSuffixes.join(", ")})`;

/**
 * The error for a file that was taken for an image and is none: what an ELF header lacks would tell nobody that it is the name.
 *
 * @param error what loading it as an image threw
 */
export async function noImageError(path: string, error: unknown): Promise<unknown> {
  if (!(error instanceof MayflyError) || error.code !== "IMAGE_INVALID" || (await isElf(path))) return error;
  return new MayflyError(
    error.code,
    `${path}: got another file, expected an image that mayfly build made, or ${aHandler}`,
    {
      cause: error,
    },
  );
}

async function isElf(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4);
  return buffer.toString("latin1") === "\x7fELF";
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
