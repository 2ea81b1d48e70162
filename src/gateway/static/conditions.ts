// conditions.ts: whether a client's conditions let a file be sent, whole or in part (RFC 9110, sections 13 and 14). No I/O.
import type { HeaderList } from "../../monitor/exchange/message.js";

/** What names one state of a file. */
export interface Version {
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
  /** Whole seconds, in ms since 1970. */
  readonly modifiedMs: number;
}

/** Bytes of a file, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** 200: as if there were no conditions. */
export function judgeConditions(headers: HeaderList, { etag, modifiedMs }: Version): 200 | 304 | 412 {
  const ifMatch = fieldOf(headers, "if-match");
  const ifUnmodified = dateOf(headers, "if-unmodified-since");
  if (ifMatch !== undefined) {
    if (!tagsOf(ifMatch).some((tag) => tag === "*" || tag === etag)) return 412;
  } else if (ifUnmodified !== undefined && modifiedMs > ifUnmodified) return 412;
  const ifNoneMatch = fieldOf(headers, "if-none-match");
  if (ifNoneMatch !== undefined)
    return tagsOf(ifNoneMatch).some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag) ? 304 : 200;
  const ifModified = dateOf(headers, "if-modified-since");
  return ifModified !== undefined && modifiedMs <= ifModified ? 304 : 200;
}

/**
 * The part of a file that is asked for.
 *
 * @returns undefined for the whole; "unsatisfiable" when the file has no such part
 */
export function rangeOf(
  headers: HeaderList,
  size: number,
  { etag, modifiedMs }: Version,
): ByteRange | "unsatisfiable" | undefined {
  // Of several ranges a server may send the whole.
  const [, first = "", last = ""] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(rangeField(headers)) ?? [];
  if (first === "" && last === "") return undefined;
  const ifRange = fieldOf(headers, "if-range");
  if (ifRange !== undefined && ifRange !== etag && Date.parse(ifRange) !== modifiedMs) return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { first: size - length, last: size - 1 };
  }
  if (last !== "" && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return "unsatisfiable";
  return { first: Number(first), last: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

function rangeField(headers: HeaderList): string {
  return fieldOf(headers, "range") ?? "";
}

function fieldOf(headers: HeaderList, wanted: string): string | undefined {
  const values = headers.flatMap(([name, value]) => (name === wanted ? [value.trim()] : []));
  return values.length === 0 ? undefined : values.join(", ");
}

function dateOf(headers: HeaderList, name: string): number | undefined {
  const time = Date.parse(fieldOf(headers, name) ?? "");
  return Number.isNaN(time) ? undefined : time;
}

/** Tags may have commas in them. */
function tagsOf(list: string): readonly string[] {
  return list.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
}
