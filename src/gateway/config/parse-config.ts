// parse-config.ts: from what a user wrote to a ServeConfig: every mistake in one report. Reads secrets and looks for files; loads no code.
import { resolve } from "node:path";
import { FunctionList } from "./function-list.js";
import { hostMemoryMiB, workersOf } from "./host-share.js";
import { Mistakes, show } from "./mistakes.js";
import { type Overrides, type Place, placedFile } from "./place.js";
import { resolveRoutes } from "./resolve-routes.js";
import { type Top, topSchema } from "./schema.js";
import type { ServeConfig } from "./serve-config.js";

export interface ParseOptions {
  /** What errors call it. Default "config". */
  readonly name?: string;
  /** Where relative paths start. Default: the working directory. */
  readonly directory?: string;
  /** Where secrets are looked up. Default: the process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Whether handlers, images and other files must be there now. Default false: they are looked for when they are loaded. */
  readonly checkFiles?: boolean;
  /** What goes before the configuration's own fields. */
  readonly overrides?: Overrides;
}

/**
 * Checks a configuration, fills in what it leaves out, and fetches its secrets.
 *
 * @param value as `defineConfig` or JSON.parse gives it
 * @throws MayflyError CONFIG_INVALID: every mistake, each with its path, what was found and what was expected
 *
 * @example
 * const config = parseServeConfig({ routes: [{ path: "/*", function: "hello.ts" }] });
 */
export function parseServeConfig(value: unknown, options: ParseOptions = {}): ServeConfig {
  const place: Place = {
    name: options.name ?? "config",
    directory: resolve(options.directory ?? "."),
    environment: options.environment ?? process.env,
    checkFiles: options.checkFiles ?? false,
    overrides: options.overrides ?? {},
  };
  const mistakes = new Mistakes();
  const config = resolveConfig(value, place, mistakes);
  mistakes.throwIfAny(place.name);
  return config;
}

/** A configuration as far as it can be understood. */
function resolveConfig(value: unknown, place: Place, mistakes: Mistakes): ServeConfig {
  const top = mistakes.check(topSchema, value, []) ?? topSchema.parse(readable(value));
  const { overrides } = place;
  const workers = overrides.workers ?? workersOf(top.workers);
  const memoryMiB = top.memoryMiB ?? hostMemoryMiB(workers);
  const functions = new FunctionList(place, defaultsOf(top, mistakes), memoryMiB, mistakes);
  const listen = listenOf(top, place, mistakes);
  const admin = adminOf(top, overrides);
  if (admin?.port === listen.port && admin.host === listen.host && admin.port !== 0)
    mistakes.add(["admin", "port"], String(admin.port), "another port than listen.port");
  const routes = resolveRoutes(top, functions, place, mistakes);
  checkForRoutes(value, mistakes);
  return {
    name: place.name,
    listen,
    admin,
    workers,
    hangMs: top.hangTime,
    memoryMiB,
    trustForwarded: top.trustForwarded,
    serverTiming: overrides.serverTiming ?? top.serverTiming,
    watch: overrides.watch ?? top.watch,
    functions: functions.all,
    routes,
  };
}

/** Of a value with mistakes what can still be looked at for more of them. */
function readable(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) return {};
  const { functions, routes, directory } = value;
  return {
    ...(isRecord(functions) && { functions }),
    ...(Array.isArray(routes) && { routes }),
    ...(typeof directory === "string" && directory !== "" && { directory }),
    ...readableTls(value.listen),
  };
}

/** Its files may be missing, whatever else `listen` says. */
function readableTls(listen: unknown): { listen?: { tls: { cert: string; key: string } } } {
  if (!isRecord(listen) || !isRecord(listen.tls)) return {};
  const { cert, key } = listen.tls;
  const areNames = [cert, key].every((name) => typeof name === "string" && name !== "");
  return areNames ? { listen: { tls: { cert: cert as string, key: key as string } } } : {};
}

function checkForRoutes(value: unknown, mistakes: Mistakes): void {
  if (!isRecord(value) || value.directory !== undefined) return;
  const { routes } = value;
  if (routes === undefined || (Array.isArray(routes) && routes.length === 0))
    mistakes.add(["routes"], show(routes), 'at least one route, or a "directory" of handlers');
}

/** `concurrency` is an older place of `defaults.concurrency`. */
function defaultsOf({ defaults, concurrency }: Top, mistakes: Mistakes): Top["defaults"] {
  if (concurrency === undefined) return defaults;
  if (defaults.concurrency !== undefined)
    mistakes.add(["concurrency"], "an object", "nothing beside defaults.concurrency");
  return { ...defaults, concurrency };
}

function listenOf({ listen }: Top, place: Place, mistakes: Mistakes): ServeConfig["listen"] {
  const { overrides } = place;
  const address = { host: overrides.host ?? listen.host, port: overrides.port ?? listen.port };
  if (listen.tls === undefined) return address;
  const path = ["listen", "tls"];
  const cert = placedFile(place, listen.tls.cert, [...path, "cert"], mistakes);
  const key = placedFile(place, listen.tls.key, [...path, "key"], mistakes);
  return { ...address, tls: { cert, key } };
}

function adminOf({ admin }: Top, { adminPort }: Overrides): ServeConfig["admin"] {
  if (adminPort === undefined) return admin;
  return { host: admin?.host ?? "127.0.0.1", port: adminPort };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
