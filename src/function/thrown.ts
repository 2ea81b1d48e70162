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
  return read(told, map, { errors: MOST_ERRORS });
}

function read(told: unknown, map: (text: string) => string, room: { errors: number }): Thrown {
  room.errors -= 1;
  const { name, message, stack, cause, errors } = (told ?? {}) as Readonly<Record<string, unknown>>;
  const thrown = {
    name: map(text(name)),
    message: map(text(message)),
    stack: map(text(stack)).trimEnd(),
    ...(isObject(cause) && room.errors > 0 && { cause: read(cause, map, room) }),
  };
  const inner: Thrown[] = [];
  for (const each of Array.isArray(errors) ? errors.slice(0, MOST_ERRORS) : [])
    if (room.errors > 0) inner.push(read(each, map, room));
  return inner.length === 0 ? thrown : { ...thrown, errors: inner };
}

/** What was thrown, in a line or, if its message has more, in several: `TypeError: no such thing`, `{ code: 4 }`, `"text"`. */
export function wordsOf({ name, message, stack }: Thrown): string {
  if (stack === "" && TYPES.includes(name)) return name === "string" ? JSON.stringify(message) : message;
  return message === "" ? name : `${name}: ${message}`;
}

/** Where it was thrown, and what caused it, in lines; "" when nothing is known. */
export function originsOf({ stack, cause, errors = [] }: Thrown): string {
  const lines = [stack];
  if (cause !== undefined) lines.push(`caused by ${wordsOf(cause)}`, originsOf(cause));
  for (const each of errors)
    lines.push(
      `one of its errors: ${[wordsOf(each), originsOf(each)].filter(Boolean).join("\n")}`.replaceAll(
        "\n",
        "\n  ",
      ),
    );
  return lines.filter((line) => line !== "").join("\n");
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
