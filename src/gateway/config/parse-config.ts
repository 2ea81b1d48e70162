// parse-config.ts: from what a user wrote to a ServeConfig: every mistake in one report. Reads secrets and looks for files; loads no code.
import { resolve } from "node:path";
import { FunctionList } from "./function-list.js";
import { hostMemoryMiB, workersOf } from "./host-share.js";
import { Mistakes, show } from "./mistakes.js";
import { type Overrides, type Place, placedFile } from "./place.js";
import { isRecord, readableFields, readableSettings } from "./readable.js";
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
  const { config, mistakes } = readServeConfig(value, options);
  mistakes.throwIfAny(config.name);
  return config;
}

/** The same for whoever can find more that is wrong: a configuration as far as it can be understood, and its mistakes. */
export function readServeConfig(
  value: unknown,
  options: ParseOptions = {},
): { config: ServeConfig; mistakes: Mistakes } {
  const place: Place = {
    name: options.name ?? "config",
    directory: resolve(options.directory ?? "."),
    environment: options.environment ?? process.env,
    checkFiles: options.checkFiles ?? false,
    overrides: options.overrides ?? {},
  };
  const mistakes = new Mistakes();
  return { config: resolveConfig(value, place, mistakes), mistakes };
}

function resolveConfig(value: unknown, place: Place, mistakes: Mistakes): ServeConfig {
  const whole = mistakes.check(topSchema, value, []);
  const top = whole ?? topSchema.parse(readableTop(value));
  const { overrides } = place;
  const workers = overrides.workers ?? workersOf(top.workers);
  const memoryMiB = top.memoryMiB ?? hostMemoryMiB(workers);
  const functions = new FunctionList(place, defaultsOf(top, mistakes), memoryMiB, mistakes);
  checkTlsFiles(value, place, mistakes);
  const listen = listenOf(top, place);
  const admin = adminOf(top, overrides);
  if (whole !== undefined && admin?.port === listen.port && admin.host === listen.host && admin.port !== 0)
    mistakes.add(["admin", "port"], String(admin.port), "another port than listen.port");
  const routes = resolveRoutes(top, functions, place, mistakes);
  checkForRoutes(value, mistakes);
  return {
    name: place.name,
    listen,
    admin,
    workers,
    hangMs: top.hangTime,
    keepAliveMs: top.keepAlive,
    drainMs: overrides.drainMs ?? top.drainTime,
    drainDelayMs: overrides.drainDelayMs ?? top.drainDelay,
    memoryMiB,
    trustForwarded: top.trustForwarded,
    serverTiming: overrides.serverTiming ?? top.serverTiming,
    watch: overrides.watch ?? top.watch,
    functions: functions.all,
    routes,
  };
}

/** Of a value with mistakes what can still be looked at for more of them. */
function readableTop(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) return {};
  return { ...readableFields(topSchema.shape, value), defaults: readableSettings(value.defaults) };
}

/** They may be missing, whatever else `listen` says. */
function checkTlsFiles(value: unknown, place: Place, mistakes: Mistakes): void {
  if (!isRecord(value) || !isRecord(value.listen) || !isRecord(value.listen.tls)) return;
  for (const field of ["cert", "key"]) {
    const file = value.listen.tls[field];
    if (typeof file === "string" && file !== "") placedFile(place, file, ["listen", "tls", field], mistakes);
  }
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

function listenOf({ listen }: Top, { overrides, directory }: Place): ServeConfig["listen"] {
  const address = { host: overrides.host ?? listen.host, port: overrides.port ?? listen.port };
  if (listen.tls === undefined) return address;
  const { cert, key } = listen.tls;
  return { ...address, tls: { cert: resolve(directory, cert), key: resolve(directory, key) } };
}

function adminOf({ admin }: Top, { adminPort }: Overrides): ServeConfig["admin"] {
  if (adminPort === undefined) return admin;
  return { host: admin?.host ?? "127.0.0.1", port: adminPort, hosts: admin?.hosts ?? [] };
}
