// secrets.ts: fetches secrets' values from where the configuration says. No value is in any message.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Mistakes, Path } from "./mistakes.js";
import type { Place } from "./place.js";
import type { Source } from "./settings-schema.js";

const MOST_BYTES = 64 * 1024;

type SecretsPlace = Pick<Place, "directory" | "environment">;

/** The values by name; those that cannot be had are mistakes. */
export function resolveSecrets(
  sources: Readonly<Record<string, Source>>,
  place: SecretsPlace,
  path: Path,
  mistakes: Mistakes,
): Record<string, string> {
  const values: [string, string][] = [];
  for (const [name, { env, file }] of Object.entries(sources)) {
    const value =
      env !== undefined
        ? fromEnvironment(env, place, [...path, name, "env"], mistakes)
        : fromFile(file!, place, [...path, name, "file"], mistakes);
    if (value !== undefined) values.push([name, value]);
  }
  return Object.fromEntries(values);
}

function fromEnvironment(
  name: string,
  place: SecretsPlace,
  path: Path,
  mistakes: Mistakes,
): string | undefined {
  const value = place.environment[name];
  if (value !== undefined && value !== "") return value;
  const got = value === undefined ? "no environment variable" : "an empty environment variable";
  mistakes.add(path, `${got} ${name}`, "it to be set");
  return undefined;
}

function fromFile(
  file: string,
  { directory }: SecretsPlace,
  path: Path,
  mistakes: Mistakes,
): string | undefined {
  try {
    const bytes = readFileSync(resolve(directory, file));
    if (bytes.length <= MOST_BYTES) {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      // Editors and echo end a file with a line end that belongs to no secret.
      return text.replace(/\r?\n$/, "");
    }
    mistakes.add(path, `${JSON.stringify(file)} (${bytes.length} bytes)`, `at most ${MOST_BYTES} bytes`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "no UTF-8" : (code ?? "unreadable");
    mistakes.add(path, `${JSON.stringify(file)} (${why})`, "a file of text that can be read");
  }
  return undefined;
}
