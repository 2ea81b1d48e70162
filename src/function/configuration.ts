// configuration.ts: variables and secrets of a function: checked, and given to a guest by one exchange before its first request.
import { MayflyError } from "../errors.js";
import { readApplication } from "../image/application.js";
import type { Image } from "../image/image.js";
import type { Vm } from "../monitor/vm.js";
import { failureKind, failureOf } from "./function-error.js";
import type { StackPlaces } from "./stack-places.js";

/** What handlers find as `env`, and what becomes of it in their words. */
export interface Configuration {
  /** JSON; undefined when nothing is configured. */
  readonly body: Uint8Array | undefined;
  /** By name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Shorter ones would be found where nobody meant them. */
const LEAST_HIDDEN_CHARACTERS = 6;
const TAKEN = 204;

/**
 * @param env plain variables
 * @param secrets the same to the handler; nowhere told outside the guest
 * @throws MayflyError OPTION_INVALID naming the variable, never its value
 */
export function checkConfiguration(
  env: Readonly<Record<string, string>> = {},
  secrets: Readonly<Record<string, string>> = {},
): Configuration {
  for (const [option, values] of Object.entries({ env, secrets }))
    for (const [name, value] of Object.entries(values))
      if (typeof value !== "string")
        throw new MayflyError("OPTION_INVALID", `${option}.${name}: got ${typeof value}, expected a string`);
  const twice = Object.keys(env).find((name) => Object.hasOwn(secrets, name));
  if (twice !== undefined)
    throw new MayflyError("OPTION_INVALID", `secrets.${twice}: got a name that env has, too`);
  const all = { ...env, ...secrets };
  const isEmpty = Object.keys(all).length === 0;
  return {
    body: isEmpty ? undefined : Buffer.from(JSON.stringify(all)),
    secrets: new Map(Object.entries(secrets)),
  };
}

/** The configuration of an image: a function's runtime is told even that there is none, and then lets the handler warm up. */
export function configurationFor(image: Image, configuration: Configuration): Configuration {
  if (configuration.body !== undefined || readApplication(image) === undefined) return configuration;
  return { ...configuration, body: Buffer.from("{}") };
}

/**
 * Gives a guest its configuration: an exchange whose origin no client's request can have. A handler warms up in it.
 *
 * @throws MayflyError VM_ENDED; FUNCTION_NOT_STARTED when it does not take it; FunctionError when the handler's `warmUp` fails
 */
export async function configure(vm: Vm, { body }: Configuration, places: StackPlaces): Promise<void> {
  if (body === undefined) return;
  const head = { method: "CONFIGURE", origin: "mayfly:", target: "/env", headers: [] };
  const answer = await vm.exchange({ ...head, body });
  const kind = failureKind(answer);
  if (kind !== undefined) throw await failureOf(answer, kind, places);
  if (answer.status !== TAKEN)
    throw new MayflyError(
      "FUNCTION_NOT_STARTED",
      `the image does not take env and secrets: it answered ${answer.status}, expected ${TAKEN}`,
      { mend: "build it anew, or leave env and secrets out" },
    );
  await new Promise<void>((resolve) => answer.body.onceHandedOver(resolve));
  await vm.ready();
}

/** The same places, and secrets hidden in whatever text passes: a handler may print them, or throw them. */
export function hideSecrets(places: StackPlaces, { secrets }: Configuration): StackPlaces {
  const hidden = [...secrets]
    .filter(([, value]) => value.length >= LEAST_HIDDEN_CHARACTERS)
    // One may hold another.
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, value]) => ({ value, bytes: Buffer.from(value), word: `[secret ${name}]` }));
  if (hidden.length === 0) return places;
  const hide = (text: string): string =>
    hidden.reduce((shown, { value, word }) => shown.replaceAll(value, () => word), text);
  return {
    map: (text) => hide(places.map(text)),
    // A guest prints a line with one call.
    console: (sink) => {
      const mapped = places.console(sink);
      return (piece) => {
        const text = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
        return mapped(
          hidden.some(({ bytes }) => text.includes(bytes)) ? Buffer.from(hide(text.toString())) : piece,
        );
      };
    },
  };
}
