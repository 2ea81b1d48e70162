// thrown.ts: what a handler threw, and what caused it, out of the words of its runtime. Whatever those are, they are a guest's. No I/O.

/** What a handler threw. Its words are the guest's: do not trust them. */
export interface Thrown {
  /** An error's own; of what is no error its type: "string", "object". */
  readonly name: string;
  /** An error's own; of what is no error its contents. */
  readonly message: string;
  /** Lines of "at NAME (FILE:LINE:COLUMN)". */
  readonly stack: string;
  /** What caused it, if it says so. */
  readonly cause?: Thrown;
  /** The errors that an AggregateError stands for, the first few of them. */
  readonly errors?: readonly Thrown[];
}

/** A runtime tells sixteen of an error, its causes and inner errors. */
const MOST_ERRORS = 32;
/** … within one another so deep, and all of their texts together so long: a guest can say anything. */
const MOST_DEPTH = 16;
const MOST_CHARACTERS = 32 * 1024;
/** Of origins: an error within others stands in by two columns for each. */
const MOST_ORIGINS = 2 * MOST_CHARACTERS;
/** What a runtime calls something that is no error (guest/js/prelude/thrown.ts): the message says all of it. */
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

/**
 * Takes what a runtime tells.
 *
 * @param told parsed JSON, which may be anything
 * @param map applied to each of its texts
 */
export function thrownFrom(told: unknown, map: (text: string) => string): Thrown {
  return read(told, map, { errors: MOST_ERRORS, characters: MOST_CHARACTERS }, 0);
}

/** What may still be read. */
interface Room {
  errors: number;
  characters: number;
}

function read(told: unknown, map: (text: string) => string, room: Room, depth: number): Thrown {
  room.errors -= 1;
  const { name, message, stack, cause, errors } = (told ?? {}) as Readonly<Record<string, unknown>>;
  const mayGoOn = (): boolean => room.errors > 0 && depth < MOST_DEPTH;
  const thrown = {
    name: map(text(name, room)),
    message: map(text(message, room)),
    stack: map(text(stack, room)).trimEnd(),
    ...(isObject(cause) && mayGoOn() && { cause: read(cause, map, room, depth + 1) }),
  };
  const inner: Thrown[] = [];
  for (const each of Array.isArray(errors) ? errors.slice(0, MOST_ERRORS) : [])
    if (mayGoOn()) inner.push(read(each, map, room, depth + 1));
  return inner.length === 0 ? thrown : { ...thrown, errors: inner };
}

/** What was thrown, in a line or, if its message has more, in several: `TypeError: no such thing`, `{ code: 4 }`, `"text"`. */
export function wordsOf({ name, message, stack }: Thrown): string {
  if (stack === "" && TYPES.includes(name)) return name === "string" ? JSON.stringify(message) : message;
  return message === "" ? name : `${name}: ${message}`;
}

/** Where it was thrown, and what caused it, in lines; "" when nothing is known. */
export function originsOf(thrown: Thrown): string {
  return originsWithin(thrown).slice(0, MOST_ORIGINS);
}

function originsWithin({ stack, cause, errors = [] }: Thrown): string {
  const lines = [stack];
  if (cause !== undefined) lines.push(`caused by ${wordsOf(cause)}`, originsWithin(cause));
  for (const each of errors)
    lines.push(
      `one of its errors: ${[wordsOf(each), originsWithin(each)].filter(Boolean).join("\n")}`.replaceAll(
        "\n",
        "\n  ",
      ),
    );
  return lines.filter((line) => line !== "").join("\n");
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function text(value: unknown, room: Room): string {
  const taken = typeof value === "string" ? value.slice(0, room.characters) : "";
  room.characters -= taken.length;
  return taken;
}
