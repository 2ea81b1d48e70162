// handler-directory.ts: a folder of handlers as routes: a file's path is its route's path.
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { handlerSuffixes } from "../../build/function/source.js";
import { parseRoutePath } from "../routing/route-path.js";
import { isConfigName } from "./config-names.js";
import type { Mistakes, Path } from "./mistakes.js";

export interface FoundHandler {
  /** Its path below the folder without its suffix: "users/[id]". */
  readonly name: string;
  /** The same with its suffix. */
  readonly file: string;
  /** "/users/[id]". */
  readonly path: string;
}

/**
 * Every handler below a folder, in the order of names. What begins with "_" or "." is none, nor are declarations of types, configurations
 * and what lies in node_modules.
 *
 * @param path of the field that names the folder
 */
export function findHandlers(directory: string, path: Path, mistakes: Mistakes): FoundHandler[] {
  const found: FoundHandler[] = [];
  for (const segments of filesBelow(directory, [])) {
    const file = segments.join("/");
    const suffix = handlerSuffixes.find((candidate) => file.endsWith(candidate))!;
    const name = file.slice(0, -suffix.length);
    const route = `/${routeSegments(name.split("/")).join("/")}`;
    if (parseRoutePath(route) !== undefined) found.push({ name, file, path: route });
    else mistakes.add(path, JSON.stringify(file), 'a name such as "users/[id].ts" or "files/[...rest].ts"');
  }
  if (found.length === 0)
    mistakes.add(path, "a directory without handlers", 'a file such as "index.ts" or "users/[id].ts"');
  return found;
}

function filesBelow(directory: string, start: readonly string[]): string[][] {
  const entries = readdirSync(join(directory, ...start), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (/^[_.]/.test(entry.name) || entry.name === "node_modules") return [];
      const path = [...start, entry.name];
      if (entry.isDirectory()) return filesBelow(directory, path);
      return isHandler(entry, join(directory, ...path)) ? [path] : [];
    });
}

function isHandler(entry: Dirent, path: string): boolean {
  if (!handlerSuffixes.some((suffix) => entry.name.endsWith(suffix))) return false;
  if (/\.d\.[cm]?ts$/.test(entry.name) || isConfigName(entry.name)) return false;
  // A link may lead to a file; one to a folder could lead back here.
  return (
    entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile() === true)
  );
}

/** Segments as a client sends them. An index answers for its folder. */
function routeSegments(names: readonly string[]): string[] {
  const segments = names.at(-1) === "index" ? names.slice(0, -1) : names;
  return segments.map((name) => (/[[\]]/.test(name) ? name : encodeSegment(name)));
}

function encodeSegment(name: string): string {
  return encodeURIComponent(name).replace(/%(?:24|26|2B|2C|3B|3D|3A|40)/g, decodeURIComponent);
}
