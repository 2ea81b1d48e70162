// output-place.ts: refuses to put an image where a source lies, or where no file can be. Writes nothing.
import { stat } from "node:fs/promises";
import { MayflyError } from "../errors.js";

/**
 * Checks that an image may go to `output`: nothing is there, or a file that is none of the sources.
 *
 * @throws MayflyError OPTION_INVALID
 */
export async function checkOutput(output: string, sources: readonly string[]): Promise<void> {
  const place = await stat(output).catch(() => undefined);
  if (place === undefined) return;
  // A file that is renamed to a device, as root may do, replaces it.
  if (!place.isFile()) throw noPlace(output, "a directory or a device", "the path of a file");
  for (const source of sources) {
    const file = await stat(source).catch(() => undefined);
    if (file?.dev === place.dev && file.ino === place.ino)
      throw noPlace(output, "a source", "a path of its own");
  }
}

function noPlace(output: string, got: string, expected: string): MayflyError {
  return new MayflyError("OPTION_INVALID", `output ${output}: got ${got}, expected ${expected}`);
}
