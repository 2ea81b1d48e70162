// gateway-config.ts: what a gateway is made of. What it does not do yet is refused, never left out in silence.
import { loadServeConfig } from "./config/load-config.js";
import { configError } from "./config/mistakes.js";
import { parseServeConfig } from "./config/parse-config.js";
import type { Overrides } from "./config/place.js";
import type { ServeConfig } from "./config/serve-config.js";

/** Complete, every default filled in, every path absolute. */
export type GatewayConfig = ServeConfig;

/**
 * Loads what `mayfly serve` is given: a handler, a directory of handlers, or a configuration.
 *
 * @throws MayflyError CONFIG_INVALID: it cannot be read or compiled, or has mistakes; all of these at once
 * @example
 * const config = await loadGatewayConfig("mayfly.json");
 */
export async function loadGatewayConfig(path: string, overrides: Overrides = {}): Promise<GatewayConfig> {
  const { config } = await loadServeConfig(path, { overrides });
  gatewayCanServe(config);
  return config;
}

/**
 * Checks a configuration and fills in what it leaves out.
 *
 * @param value as `defineConfig` or JSON.parse gives it; its paths are relative to the working directory
 * @param name what errors call it
 * @throws MayflyError CONFIG_INVALID: every mistake, each with its path, what was found and what was expected
 */
export function parseGatewayConfig(value: unknown, name = "config"): GatewayConfig {
  const config = parseServeConfig(value, { name });
  gatewayCanServe(config);
  return config;
}

/** @throws MayflyError CONFIG_INVALID with every field that the gateway cannot act on */
export function gatewayCanServe(config: ServeConfig): void {
  const unready = unreadyFields(config);
  if (unready.length > 0)
    throw configError(
      config.name,
      unready.map((field) => `${field}: got a value, expected none: this version does not act on it yet`),
    );
}

function unreadyFields(config: ServeConfig): string[] {
  const { workers, watch } = config;
  const fields: [name: string, isUsed: boolean][] = [
    ["workers", workers !== 1],
    ["watch", watch],
  ];
  return fields.flatMap(([name, isUsed]) => (isUsed ? [name] : []));
}
