// thrown.ts: what was thrown, and what caused it, in words for the host and the console. Bounded: a handler may throw anything.
import { part } from "./parts.js";

export interface Told {
  /** An error's own; of anything else its type. */
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: Told;
  /** Those that an AggregateError stands for. */
  readonly errors?: readonly Told[];
}

/** The host reads 128 KiB of JSON, in which a character takes up to six bytes. */
const MOST_CHARACTERS = 20_000;
/** Causes and inner errors are told up to this many, the error itself included. */
const MOST_ERRORS = 16;
/** Of an object that is no error. */
const MOST_CONTENTS = 2000;

/** What is told of something that is no error has one of these names: those of types. */
const TYPES = [
  "null",
  "undefined",
  "boolean",
  "number",
  "bigint",
  "string",
  "symbol",
  "function",
  "object",
  "unknown",
];
const UNREADABLE = { name: "unknown", message: "something that cannot be read: that throws, too", stack: "" };

/** What is left of the bounds. */
interface Room {
  characters: number;
  errors: number;
}

/** What was thrown. Reading it may run the application's code, which may throw again. */
export function tell(thrown: unknown): Told {
  return told(thrown, { characters: MOST_CHARACTERS, errors: MOST_ERRORS }, []);
}

/** As text: what it is, its stack, what caused it. */
export function describe(what: Told): string {
  return isNoError(what) ? `thrown: ${linesOf(what)}` : linesOf(what);
}

export function describeThrown(thrown: unknown): string {
  return describe(tell(thrown));
}

/** @param above the errors that it caused, or that stand for it */
function told(thrown: unknown, room: Room, above: readonly unknown[]): Told {
  room.errors -= 1;
  try {
    if (thrown === null) return { name: "null", message: "null", stack: "" };
    if (!isError(thrown)) return { name: typeof thrown, message: cut(contentsOf(thrown), room), stack: "" };
    const { name, message, stack } = thrown;
    const words = {
      name: cut(`${name}`, room),
      message: cut(`${message}`, room),
      stack: cut(`${stack ?? ""}`, room),
    };
    return { ...words, ...reasonsOf(thrown, room, [...above, thrown]) };
  } catch {
    return UNREADABLE;
  }
}

/** What caused an error, and what it stands for. What cannot be read of it is left out: the error itself is told all the same. */
function reasonsOf(error: Error, room: Room, above: readonly unknown[]): Pick<Told, "cause" | "errors"> {
  const isNews = (reason: unknown) => room.errors > 0 && reason !== undefined && !above.includes(reason);
  try {
    const { cause } = error;
    const reasons = isNews(cause) ? { cause: told(cause, room, above) } : {};
    if (!(error instanceof AggregateError)) return reasons;
    const errors: Told[] = [];
    for (const each of error.errors) {
      if (room.errors === 0) break;
      if (isNews(each)) errors.push(told(each, room, above));
    }
    return { ...reasons, errors };
  } catch {
    return {};
  }
}

function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error;
  } catch {
    return false;
  }
}

function contentsOf(thrown: unknown): string {
  if (typeof thrown !== "object" && typeof thrown !== "function") return String(thrown);
  try {
    return part("console").inspectWithin(MOST_CONTENTS, thrown);
  } catch {
    // There may be no memory for so many words.
    return nameOf(thrown);
  }
}

/** In a few words. An object may refuse to tell. */
export function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  try {
    const { constructor: made } = value;
    if (typeof made !== "function") return "an object without a class";
    const { name } = made;
    return typeof name === "string" && name !== ""
      ? `an object of class ${name}`
      : "an object of a class without a name";
  } catch {
    return "an object that does not tell its class";
  }
}

function cut(text: string, room: Room): string {
  const shown = text.length <= room.characters ? text : `${text.slice(0, room.characters)}…`;
  room.characters = Math.max(0, room.characters - text.length);
  return shown;
}

function linesOf(what: Told): string {
  const lines = [wordsOf(what), what.stack.trimEnd()];
  if (what.cause !== undefined) lines.push(`caused by ${linesOf(what.cause)}`);
  for (const each of what.errors ?? [])
    lines.push(`one of its errors: ${linesOf(each)}`.replaceAll("\n", "\n  "));
  return lines.filter((line) => line !== "").join("\n");
}

function wordsOf(what: Told): string {
  const { name, message } = what;
  if (isNoError(what)) return name === "string" ? JSON.stringify(message) : message;
  return message === "" ? name : `${name}: ${message}`;
}

function isNoError({ name, stack }: Told): boolean {
  return stack === "" && TYPES.includes(name);
}
