// stale.mjs: tells whether something must be made again. Reads the file system, changes nothing.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** Files below a folder, sorted, with the suffix given; none when the folder is absent. */
export function filesUnder(folder, suffix = "") {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/**
 * One string for the state of all files: it changes when one is added, removed or written. Equality is asked,
 * not "newer than": a checkout of an older commit, or a file removed, is a change as well.
 */
export function fingerprint(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** The fingerprint that the last run left, or undefined. */
export function readStamp(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Whether `source` was written after `product`, or there is no product. */
export function isNewer(source, product) {
  return !existsSync(product) || statSync(source).mtimeMs > statSync(product).mtimeMs;
}

const compiled = /(\.js|\.d\.ts)(\.map)?$/;

/** Compiled files in `output` whose TypeScript source is no longer in `root`. */
export function orphans(output, root) {
  return filesUnder(output).filter((file) => {
    if (!compiled.test(file)) return false;
    return !existsSync(join(root, relative(output, file).replace(compiled, ".ts")));
  });
}
