// config-names.ts: what configurations are called. No I/O.

/** Looked for in a folder, in this order. */
export const configNames = [
  "mayfly.config.ts",
  "mayfly.config.mts",
  "mayfly.config.js",
  "mayfly.config.mjs",
  "mayfly.config.json",
  "mayfly.json",
] as const;

/** Whether a file is a configuration: "mayfly.config.ts", "staging.config.mjs", any JSON. */
export function isConfigName(name: string): boolean {
  return isModuleConfigName(name) || name.endsWith(".json");
}

export function isModuleConfigName(name: string): boolean {
  return /(?:^|[./])config\.m?[jt]s$/.test(name);
}
