// inspect.ts: any value as text for a person: what it is, what it holds, how it is nested.
import { describeError } from "../shared.js";
import { className, fieldsOf, keyText, quoted } from "./fields.js";
import { layOut } from "./layout.js";
import { summaryOf } from "./summary.js";

/** Levels below the value itself, unless console.dir is told otherwise; and the most that it may be told. */
const USUAL_DEPTH = 3;
const MOST_DEPTH = 100;
const MOST_ITEMS = 100;
const LONGEST_TEXT = 10_000;

let depth = USUAL_DEPTH;

/**
 * A value to so many levels.
 *
 * @param levels null stands for all
 */
export function inspectTo(levels: unknown, value: unknown): string {
  const before = depth;
  const wanted = levels === null ? MOST_DEPTH : levels;
  depth = typeof wanted === "number" && wanted >= 0 ? Math.min(wanted, MOST_DEPTH) : USUAL_DEPTH;
  try {
    return inspect(value);
  } finally {
    depth = before;
  }
}

/** How many characters may still be told. */
let room = Number.POSITIVE_INFINITY;

/** As inspect(), but what goes beyond about so many characters is left out. */
export function inspectWithin(characters: number, value: unknown): string {
  room = characters;
  try {
    return inspect(value);
  } finally {
    room = Number.POSITIVE_INFINITY;
  }
}

/** A value; `above` are the objects that it lies in. */
export function inspect(value: unknown, above: readonly object[] = []): string {
  if (room <= 0) return "…";
  const text = inspectAny(value, above);
  // An object's parts have taken their own.
  room -= typeof value === "object" ? 2 : text.length;
  return text;
}

function inspectAny(value: unknown, above: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return quoted(cut(value, Math.min(LONGEST_TEXT, room)));
    case "bigint":
      return `${value}n`;
    case "function":
      return inspectFunction(value, above);
    case "object":
      if (value === null) return "null";
      break;
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
  if (above.includes(value)) return "[circular]";
  try {
    return inspectObject(value, above);
  } catch (error) {
    // Getters and traps are the application's code. What is wrong with memory or stack is not theirs to hide.
    if (error instanceof RangeError || (error as Error)?.name === "InternalError") throw error;
    return "[an object that cannot be read]";
  }
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function inspectFunction(value: object, above: readonly object[]): string {
  const { name } = value as { name?: unknown };
  const base = Object.getPrototypeOf(value) as { name?: string } | null;
  // There is no source text here; a class is told by the one thing that a function has otherwise.
  const isClass = Object.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
  const called = typeof name === "string" && name !== "" ? name : "(anonymous)";
  const kind = isClass ? "class" : className(value);
  const extended = isClass && base?.name ? ` extends ${base.name}` : "";
  const title = isClass ? `[class ${called}${extended}]` : `[${kind}: ${called}]`;
  const fields = above.length > depth ? [] : fieldTexts(value, above, []);
  return fields.length === 0 ? title : layOut(title, fields);
}

function inspectObject(value: object, above: readonly object[]): string {
  const inner = (each: unknown) => inspect(each, [...above, value]);
  if (value instanceof Error) return inspectError(value, above);
  const name = className(value);
  const summary = summaryOf(value, name, inner);
  if (typeof summary === "string") return summary;
  const isArray = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (above.length > depth) return `[${name}]`;
  if (isArray) return inspectArray(value as ArrayLike<unknown> & object, name, above);
  const [title, items] = summary ?? [name === "Object" ? "" : name, []];
  const shown = withRest(items.slice(0, MOST_ITEMS), items.length);
  return layOut(title, [...shown, ...fieldTexts(value, above, [])]);
}

function inspectArray(value: ArrayLike<unknown> & object, name: string, above: readonly object[]): string {
  const items: string[] = [];
  let empty = 0;
  const flush = () => {
    if (empty > 0) items.push(`<${empty} empty item${empty === 1 ? "" : "s"}>`);
    empty = 0;
  };
  for (let at = 0; at < Math.min(value.length, MOST_ITEMS); at++) {
    if (!(at in value)) {
      empty += 1;
      continue;
    }
    flush();
    items.push(inspect(value[at], [...above, value]));
  }
  flush();
  const title = name === "Array" ? "" : `${name}(${value.length})`;
  const more = withRest(items, value.length, Math.min(value.length, MOST_ITEMS));
  return layOut(title, [...more, ...fieldTexts(value, above, ["index"])], "[]");
}

/** An error with its stack, the fields of its own, its cause, and the errors that it stands for. */
function inspectError(error: Error, above: readonly object[]): string {
  const hidden = ["stack", "message", "name", "cause", "errors", "fileName", "lineNumber", "columnNumber"];
  const fields = fieldTexts(error, above, hidden);
  for (const key of ["cause", "errors"] as const)
    if (Object.hasOwn(error, key))
      fields.push(`[${key}]: ${inspect((error as Error & { errors?: unknown })[key], [...above, error])}`);
  const text = describeError(error);
  if (fields.length === 0) return above.length === 0 ? text : `[${text}]`;
  return layOut(text, fields);
}

/** `key: value` for each field of an object's own. */
function fieldTexts(value: object, above: readonly object[], hidden: readonly string[]): string[] {
  const skipIndices = "length" in value && (Array.isArray(value) || ArrayBuffer.isView(value));
  const texts: string[] = [];
  for (const [key, field] of fieldsOf(value, skipIndices)) {
    if (hidden.includes(key as string)) continue;
    if (room <= 0) return [...texts, "…"];
    const name = keyText(key);
    room -= name.length;
    const isAccessor = field.get !== undefined || field.set !== undefined;
    texts.push(`${name}: ${isAccessor ? accessorText(field) : inspect(field.value, [...above, value])}`);
  }
  return texts;
}

/** A getter is not called: it may do something. */
function accessorText({ get, set }: PropertyDescriptor): string {
  if (get === undefined) return "[Setter]";
  return set === undefined ? "[Getter]" : "[Getter/Setter]";
}

function withRest(items: string[], all: number, shown = items.length): string[] {
  return all > shown ? [...items, `… ${all - shown} more`] : items;
}
