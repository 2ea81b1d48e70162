// resolve-routes.ts: from the entries of a configuration to its functions and routes. Looks for handlers in a directory.
import { resolve } from "node:path";
import { handlerSuffixes } from "../../build/function/source.js";
import type { FunctionList } from "./function-list.js";
import { type FoundHandler, findHandlers } from "./handler-directory.js";
import type { Mistakes } from "./mistakes.js";
import { type Place, placedDirectory } from "./place.js";
import { isRecord, readableFunction, readableTarget } from "./readable.js";
import { RouteList } from "./route-list.js";
import { type FunctionEntry, functionSchema, type RouteEntry, routeSchema, type Top } from "./schema.js";
import type { RouteConfig } from "./serve-config.js";

/** Adds every function to `functions`, and gives the routes: the listed ones, then those of the directory. */
export function resolveRoutes(
  top: Top,
  functions: FunctionList,
  place: Place,
  mistakes: Mistakes,
): readonly RouteConfig[] {
  const handlers = handlersOf(top, place, mistakes);
  const declared = declareFunctions(top, handlers, functions, mistakes);
  const routes = new RouteList(mistakes);
  for (const [index, given] of top.routes.entries()) {
    const entry = mistakes.check(routeSchema, given, ["routes", index]);
    const leadsTo = entry ?? readableTarget(given);
    const target = leadsTo && targetOf(leadsTo, index, { functions, declared, place, mistakes });
    if (entry === undefined || target === undefined) continue;
    const { hosts, path } = entry;
    const origin = { path: ["routes", index, "path"], got: JSON.stringify(path), owner: `routes.${index}` };
    routes.add({ hosts, path, target }, origin);
  }
  for (const { name, path, file } of handlers) {
    functions.add(name, `${top.directory}/${file}`, {}, ["functions", name], ["directory"]);
    const origin = { path: ["directory"], got: `${JSON.stringify(file)} for ${path}`, owner: file };
    routes.add({ hosts: [], path, target: { kind: "function", name } }, origin);
  }
  return routes.all;
}

function handlersOf({ directory }: Top, place: Place, mistakes: Mistakes): FoundHandler[] {
  if (directory === undefined) return [];
  try {
    return findHandlers(resolve(place.directory, directory), ["directory"], mistakes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    mistakes.add(["directory"], JSON.stringify(directory), `a directory that can be read (${code})`);
    return [];
  }
}

/** Gives the names that routes may use, those of entries with mistakes, too. */
function declareFunctions(
  { functions: entries, directory }: Top,
  handlers: readonly FoundHandler[],
  functions: FunctionList,
  mistakes: Mistakes,
): ReadonlySet<string> {
  const found = new Map(handlers.map(({ name, file }) => [name, `${directory}/${file}`]));
  for (const [name, given] of Object.entries(entries)) {
    const path = ["functions", name];
    // The metrics' name for what no function answers.
    if (name === "") mistakes.add(["functions"], "a function without a name", "a name that is not empty");
    const entry = mistakes.check(functionSchema, given, path) ?? rest(given);
    if (entry === undefined) continue;
    const { file, ...settings } = entry;
    const own = found.get(name);
    if (file !== undefined && own !== undefined)
      mistakes.add([...path, "file"], JSON.stringify(file), `none: ${own} has this name`);
    if (file === undefined && own === undefined && !hasFile(given))
      mistakes.add(
        [...path, "file"],
        "nothing",
        directory === undefined ? "a file" : `a file, or a handler of that name in ${directory}`,
      );
    const used = file ?? own;
    if (used !== undefined) functions.add(name, used, settings, path, [...path, "file"]);
    else functions.check(settings, path);
  }
  return new Set([...Object.keys(entries), ...found.keys()]);
}

/** Whether it says which one, rightly or not. */
function hasFile(given: unknown): boolean {
  return isRecord(given) && given.file !== undefined;
}

/** Of an entry with mistakes what can still be looked at. */
function rest(given: unknown): FunctionEntry | undefined {
  const readable = readableFunction(given);
  return readable && functionSchema.parse(readable);
}

interface Scope {
  readonly functions: FunctionList;
  readonly declared: ReadonlySet<string>;
  readonly place: Place;
  readonly mistakes: Mistakes;
}

function targetOf(
  entry: Partial<RouteEntry>,
  index: number,
  { functions, declared, place, mistakes }: Scope,
): RouteConfig["target"] | undefined {
  const path = ["routes", index];
  const { function: used, image, static: directory, limits } = entry;
  if (directory !== undefined) {
    const full = placedDirectory(place, directory, [...path, "static"], mistakes);
    return { kind: "static", directory: full };
  }
  if (image !== undefined)
    return { kind: "function", name: functions.addImage(image, limits, path, [...path, "image"]) };
  const name = used!;
  if (declared.has(name)) {
    if (limits !== undefined)
      mistakes.add([...path, "limits"], "limits of a route", `them at functions.${name}`);
    return { kind: "function", name };
  }
  if (isFileName(name))
    return { kind: "function", name: functions.addInline(name, { limits }, path, [...path, "function"]) };
  const names = declared.size === 0 ? "" : ` (${[...declared].slice(0, 10).join(", ")})`;
  mistakes.add(
    [...path, "function"],
    JSON.stringify(name),
    `the name of a function${names}, or a handler's file such as "hello.ts"`,
  );
  return undefined;
}

/** A name has neither a folder nor a suffix, unless it is declared. */
function isFileName(name: string): boolean {
  return (
    name.includes("/") || name.endsWith(".img") || handlerSuffixes.some((suffix) => name.endsWith(suffix))
  );
}
