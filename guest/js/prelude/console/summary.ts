// summary.ts: objects that hold something else than fields: collections, buffers, dates, boxed values, the web's classes.
import { bytesOf, Context, Headers, partIfLoaded, Request, Response } from "../shared.js";
import { layOut } from "./layout.js";
import { FIELDS, type Shown } from "./web-fields.js";

const MOST_BYTES = 50;

/** Text that says all, or a title and items that stand before the fields; undefined for an object of fields alone. */
type Summary = string | [title: string, items: string[]] | undefined;

type Inner = (value: unknown) => string;

export function summaryOf(value: object, name: string, inner: Inner): Summary {
  if (value instanceof Map)
    return [`${name}(${value.size})`, [...value].map(([key, each]) => `${inner(key)} => ${inner(each)}`)];
  if (value instanceof Set) return [`${name}(${value.size})`, [...value].map(inner)];
  if (value instanceof WeakMap || value instanceof WeakSet) return `${name} { <items unknown> }`;
  if (value instanceof Promise) return [name, ["<state unknown>"]];
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof ArrayBuffer || value instanceof DataView) return bufferText(value, name);
  if (
    value instanceof Number ||
    value instanceof Boolean ||
    value instanceof BigInt ||
    value instanceof Symbol
  )
    return `[${name}: ${inner(value.valueOf())}]`;
  if (value instanceof String) return `[String: ${inner(value.valueOf())}]`;
  return webSummary(value, name, inner);
}

function bufferText(value: ArrayBuffer | DataView, name: string): string {
  const { buffer, offset, length } = bytesOf(value)!;
  const shown = new Uint8Array(buffer, offset, Math.min(length, MOST_BYTES));
  const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const rest = length > MOST_BYTES ? ` … ${length - MOST_BYTES} more` : "";
  return `${name} { <${hex}${rest}>, byteLength: ${length} }`;
}

/** The web's classes keep what they hold behind accessors. */
function webSummary(value: object, name: string, inner: Inner): Summary {
  const pairs = (all: Iterable<[unknown, unknown]>) =>
    [...all].map(([key, each]) => `${inner(key)}: ${inner(each)}`);
  const fields = (...keys: string[]) =>
    keys.map((key) => `${key}: ${inner((value as Record<string, unknown>)[key])}`);
  if (value instanceof Context) return [name, fields("params", "requestId")];
  if (value instanceof Headers) return [name, pairs(value)];
  if (value instanceof Request) return [name, fields("method", "url", "headers", "bodyUsed")];
  if (value instanceof Response) return [name, fields("status", "statusText", "headers", "bodyUsed")];
  const { FormData } = partIfLoaded("forms") ?? {};
  if (FormData !== undefined && value instanceof FormData) return [name, pairs(value)];
  const { URL, URLSearchParams } = partIfLoaded("url") ?? {};
  if (URL !== undefined && value instanceof URL) return `URL { href: ${inner(value.href)} }`;
  if (URLSearchParams !== undefined && value instanceof URLSearchParams) return [name, pairs(value)];
  const shown = fieldsShown(value);
  if (shown === undefined) return undefined;
  // Fields of its own would be those of whoever wrote the class.
  return shown.part === "streams" ? layOut(name, fields(...shown.fields)) : [name, fields(...shown.fields)];
}

function fieldsShown(value: object): Shown | undefined {
  return FIELDS.find(({ part, of }) => {
    const made = (partIfLoaded(part) as Record<string, unknown> | undefined)?.[of];
    return typeof made === "function" && value instanceof made;
  });
}
