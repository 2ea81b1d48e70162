// variables.ts: a function's variables and secrets as people type them: --env NAME=VALUE, --secret NAME. No value is in any message.
import { MayflyError } from "../../errors.js";
import { Mistakes } from "../../gateway/config/mistakes.js";
import { resolveSecrets } from "../../gateway/config/secrets.js";

/** As a configuration has it: names that every shell and every language can say. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The variables by name; of two with one name the last.
 *
 * @throws MayflyError OPTION_INVALID
 */
export function readVariables(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => split("--env", word, "NAME=VALUE")));
}

/**
 * The secrets' values, which are on no command line, where everybody on the host could read them.
 *
 * @param words NAME: the environment variable of that name; NAME=env:VARIABLE; NAME=file:PATH
 * @throws MayflyError OPTION_INVALID, CONFIG_INVALID when a value is not to be had
 */
export function readSecrets(words: readonly string[]): Record<string, string> {
  const sources = words.map((word) => {
    const [name, source] = NAME.test(word) ? [word, `env:${word}`] : split("--secret", word, SOURCES);
    const [, kind, place] = /^(env|file):(.+)$/s.exec(source) ?? [];
    if (kind === undefined || place === undefined)
      throw new MayflyError("OPTION_INVALID", `--secret ${name}: got no source, expected ${SOURCES}`, {
        mend: `put its value into an environment variable, and say --secret ${name}`,
      });
    return [name, kind === "env" ? { env: place } : { file: place }] as const;
  });
  const mistakes = new Mistakes();
  const place = { directory: process.cwd(), environment: process.env };
  const values = resolveSecrets(Object.fromEntries(sources), place, [], mistakes);
  mistakes.throwIfAny("--secret");
  return values;
}

const SOURCES = "NAME, NAME=env:VARIABLE or NAME=file:PATH";

/** What is before the first "=", and behind it. A word without one is not shown: it may be a value. */
function split(option: string, word: string, expected: string): [string, string] {
  const at = word.indexOf("=");
  const name = word.slice(0, at);
  if (at > 0 && NAME.test(name)) return [name, word.slice(at + 1)];
  const got = at < 0 ? 'a word without "="' : "a name that is not of letters, digits and _";
  throw new MayflyError("OPTION_INVALID", `${option}: got ${got}, expected ${expected}`);
}
