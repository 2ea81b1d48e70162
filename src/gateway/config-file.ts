// config-file.ts: reads the gateway's config file. Image paths in it are relative to the file.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { MayflyError } from "../errors.js";
import { type GatewayConfig, parseGatewayConfig } from "./config.js";

/**
 * Reads and checks a config file (JSON).
 *
 * @throws MayflyError CONFIG_INVALID: it cannot be read, is no JSON, or breaks its schema; all mistakes at once
 * @example
 * const config = await loadGatewayConfig("mayfly.json");
 */
export async function loadGatewayConfig(path: string): Promise<GatewayConfig> {
  const config = parseGatewayConfig(parseJson(await readText(path), path), path);
  const folder = dirname(path);
  return {
    ...config,
    routes: config.routes.map((route) => ({
      ...route,
      image: route.image && resolve(folder, route.image),
      function: route.function && resolve(folder, route.function),
    })),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MayflyError("CONFIG_INVALID", `read config ${path}: ${code ?? String(cause)}`, {
      cause,
      mend: "name a config file: mayfly serve mayfly.json (examples/hello/mayfly.json is one)",
    });
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as SyntaxError;
    // V8 tells the position of some mistakes, and shows the place of others.
    const position = /at position (\d+)/.exec(message)?.[1];
    const where = position === undefined ? "" : `:${lineAndColumn(text, Number(position))}`;
    throw new MayflyError("CONFIG_INVALID", `${path}${where}: got no JSON: ${message.replace(/\s+/g, " ")}`, {
      cause,
    });
  }
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
