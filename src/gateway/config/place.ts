// place.ts: where a configuration stands, and what overrides it: all that its meaning depends on beside its text.
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Mistakes, Path } from "./mistakes.js";

export interface Place {
  /** What errors call it. */
  readonly name: string;
  /** Absolute: where its relative paths start. */
  readonly directory: string;
  /** Where secrets are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the files that it names must exist. */
  readonly checkFiles: boolean;
  readonly overrides: Overrides;
}

/** What the command's options say. */
export interface Overrides {
  readonly host?: string;
  readonly port?: number;
  /** Starts the admin server when the config has none. */
  readonly adminPort?: number;
  /** For every function. */
  readonly idleMs?: number;
  readonly workers?: number;
  readonly drainMs?: number;
  readonly drainDelayMs?: number;
  readonly watch?: boolean;
  readonly serverTiming?: boolean;
}

/** The absolute path of a file that a configuration names; a mistake when it is not there. */
export function placedFile(place: Place, given: string, path: Path, mistakes: Mistakes): string {
  return placed(place, given, path, mistakes, "file");
}

/** The same for a folder. */
export function placedDirectory(place: Place, given: string, path: Path, mistakes: Mistakes): string {
  return placed(place, given, path, mistakes, "directory");
}

function placed(
  { directory, checkFiles }: Place,
  given: string,
  path: Path,
  mistakes: Mistakes,
  kind: "file" | "directory",
): string {
  const full = resolve(directory, given);
  if (!checkFiles) return full;
  if (!existsSync(full)) mistakes.add(path, JSON.stringify(given), `a ${kind}: ${full} does not exist`);
  else if (statSync(full).isDirectory() !== (kind === "directory"))
    mistakes.add(path, JSON.stringify(given), `a ${kind}: ${full} is none`);
  return full;
}
