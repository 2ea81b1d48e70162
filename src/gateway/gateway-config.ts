// gateway-config.ts: a ServeConfig as the gateway takes it now. What the gateway does not do yet is refused, never left out in silence.
import { isFunctionSource } from "../build/function/source.js";
import type { OutboundPolicyOptions } from "../function/outbound/policy.js";
import { loadServeConfig } from "./config/load-config.js";
import { configError } from "./config/mistakes.js";
import { parseServeConfig } from "./config/parse-config.js";
import type { Overrides } from "./config/place.js";
import type {
  FunctionConcurrency,
  FunctionConfig,
  FunctionLimits,
  ServeConfig,
} from "./config/serve-config.js";

export interface GatewayRoute {
  /** "*.example.com" with one label in the star's place; none: every host. */
  readonly hosts: readonly string[];
  /** "/hello", "/users/[id]", "/files/[...rest]"; "/files/*": "/files" and all below it. */
  readonly path: string;
  /** The image's file: booted for every request. */
  readonly image?: string;
  /** Or a function's: a handler or its image, run from its snapshot. */
  readonly function?: string;
  /** What the function may ask for by `fetch`. */
  readonly outbound?: OutboundPolicyOptions | undefined;
  readonly limits: FunctionLimits;
}

/** Complete, every default filled in, every path absolute. */
export interface GatewayConfig {
  /** What errors call it: the file's path, as a rule. */
  readonly name: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly routes: readonly GatewayRoute[];
  readonly concurrency: FunctionConcurrency;
}

/**
 * Loads what `mayfly serve` is given: a handler, a directory of handlers, or a configuration.
 *
 * @throws MayflyError CONFIG_INVALID: it cannot be read or compiled, or has mistakes; all of these at once
 * @example
 * const config = await loadGatewayConfig("mayfly.json");
 */
export async function loadGatewayConfig(path: string, overrides: Overrides = {}): Promise<GatewayConfig> {
  const { config } = await loadServeConfig(path, { overrides });
  return gatewayConfigOf(config);
}

/**
 * Checks a configuration and fills in what it leaves out.
 *
 * @param value as `defineConfig` or JSON.parse gives it; its paths are relative to the working directory
 * @param name what errors call it
 * @throws MayflyError CONFIG_INVALID: every mistake, each with its path, what was found and what was expected
 */
export function parseGatewayConfig(value: unknown, name = "config"): GatewayConfig {
  return gatewayConfigOf(parseServeConfig(value, { name }));
}

/** @throws MayflyError CONFIG_INVALID with every field that the gateway cannot act on */
export function gatewayConfigOf(config: ServeConfig): GatewayConfig {
  const unready = [...unreadyFields(config), ...config.functions.flatMap(unreadyOf)];
  if (unready.length > 0)
    throw configError(
      config.name,
      unready.map((field) => `${field}: got a value, expected none: this version does not act on it yet`),
    );
  const functions = new Map(config.functions.map((fn) => [fn.name, fn]));
  const routes = config.routes.flatMap(({ hosts, path, target }): GatewayRoute[] => {
    const fn = target.kind === "function" ? functions.get(target.name) : undefined;
    if (fn === undefined) return [];
    const { file, limits, outbound } = fn;
    const place = fn.isolation === "boot" ? { image: file } : { function: file, outbound };
    return [{ hosts, path, limits, ...place }];
  });
  const { name, listen } = config;
  return {
    name,
    listen: { host: listen.host, port: listen.port },
    routes,
    concurrency: concurrencyOf(config),
  };
}

/** Admission is one for all functions still: as wide as the widest. */
function concurrencyOf({ functions }: ServeConfig): FunctionConcurrency {
  const most = (field: keyof FunctionConcurrency): number =>
    Math.max(...functions.map(({ concurrency }) => concurrency[field]));
  return { vms: most("vms"), queue: most("queue"), queueMs: most("queueMs") };
}

function unreadyFields(config: ServeConfig): string[] {
  const { listen, admin, workers, trustForwarded, serverTiming, watch, routes } = config;
  const fields: [name: string, isUsed: boolean][] = [
    ["listen.tls", listen.tls !== undefined],
    ["admin", admin !== undefined],
    ["workers", workers !== 1],
    ["trustForwarded", trustForwarded.length > 0],
    ["serverTiming", serverTiming],
    ["watch", watch],
    ...routes.map(({ target }, index): [string, boolean] => [
      `routes.${index}.static`,
      target.kind === "static",
    ]),
  ];
  return fields.flatMap(([name, isUsed]) => (isUsed ? [name] : []));
}

function unreadyOf({ name, file, isolation, env, secrets, keepWarm, idleMs }: FunctionConfig): string[] {
  const fields: [name: string, isUsed: boolean][] = [
    ["isolation", isolation === "instance" || (isolation === "boot" && isFunctionSource(file))],
    ["env", Object.keys(env).length > 0],
    ["secrets", Object.keys(secrets).length > 0],
    ["keepWarm", keepWarm !== 0],
    ["idle", idleMs !== 10_000],
  ];
  return fields.flatMap(([field, isUsed]) => (isUsed ? [`functions.${name}.${field}`] : []));
}
