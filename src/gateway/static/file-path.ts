// file-path.ts: which file a request's path means: none outside of its directory, whatever the path or a link in the directory says.
import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

/** A folder that clients may see although its name begins with a dot (RFC 8615). */
const WELL_KNOWN = ".well-known";

/**
 * The names of folders and file in a path, decoded.
 *
 * @param rest a path below the route's, as it came: "a%20b/c.txt"
 * @returns undefined when no file may have such a path
 */
export function fileNames(rest: string): readonly string[] | undefined {
  const parts = rest.split("/");
  // Of "docs/" the folder.
  if (parts.at(-1) === "") parts.pop();
  const names = parts.map(decoded);
  return names.every(isVisible) ? names : undefined;
}

/**
 * Opens a file or a folder for reading.
 *
 * @returns undefined when there is none in the directory that may be read
 */
export async function openWithin(
  directory: string,
  names: readonly string[],
): Promise<FileHandle | undefined> {
  let handle: FileHandle | undefined;
  try {
    const root = await realpath(directory);
    const path = await realpath(join(root, ...names));
    if (!isWithin(root, path)) return undefined;
    // Non-blocking: a pipe in the directory would wait for its writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    // Asked again of what was opened: a folder on the way may have become a link meanwhile.
    if (isWithin(root, await readlink(`/proc/self/fd/${handle.fd}`))) return handle;
  } catch (error) {
    if (!ABSENT.has((error as NodeJS.ErrnoException).code ?? "")) {
      await handle?.close();
      throw error;
    }
  }
  await handle?.close();
  return undefined;
}

/** Errors that mean to a client: no such file. Others, such as too many open files, are the host's. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG", "ENXIO"]);

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** "" for what decodes to no text: no file is called so. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function isVisible(name: string): boolean {
  if (name === "" || name.includes("/") || name.includes("\0")) return false;
  return !name.startsWith(".") || name === WELL_KNOWN;
}
