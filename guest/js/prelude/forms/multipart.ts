// multipart.ts: takes multipart/form-data apart (RFC 7578). Bytes in, parts out; they are views of what came in.
import { decode, host } from "../shared.js";
import { parameterOf } from "./parameters.js";

export interface Part {
  readonly name: string;
  /** Undefined for a field of text. */
  readonly filename: string | undefined;
  readonly type: string | undefined;
  readonly bytes: Uint8Array;
}

const CR = 13;
const LF = 10;
const DASH = 45;

/** @throws TypeError when the bytes are not what the boundary promises */
export function partsOf(bytes: Uint8Array, boundary: string): Part[] {
  const delimiter = new Uint8Array(host.encode(`\r\n--${boundary}`));
  // The first delimiter may stand at the very start, without a line break.
  const opening = delimiter.subarray(2);
  let at = startsWith(bytes, opening, 0) ? opening.length : find(bytes, delimiter, 0) + delimiter.length;
  if (at < delimiter.length - 2) throw broken("no boundary");
  const parts: Part[] = [];
  for (;;) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return parts;
    at = afterLine(bytes, at);
    const end = find(bytes, delimiter, Math.max(at - 2, 0));
    if (end < 0) throw broken("a part without an end");
    parts.push(partOf(bytes.subarray(at, Math.max(end, at))));
    at = end + delimiter.length;
  }
}

/** Behind the delimiter there may be blanks, then a line break. */
function afterLine(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9) at += 1;
  if (bytes[at] !== CR || bytes[at + 1] !== LF) throw broken("a boundary that does not end its line");
  return at + 2;
}

function partOf(bytes: Uint8Array): Part {
  let at = 0;
  let disposition: string | undefined;
  let type: string | undefined;
  for (;;) {
    const end = lineEnd(bytes, at);
    const line = text(bytes.subarray(at, end));
    at = end + 2;
    if (line === "") break;
    const colon = line.indexOf(":");
    const key = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (key === "content-disposition") disposition = value;
    if (key === "content-type") type = value;
  }
  const name = disposition === undefined ? undefined : parameterOf(disposition, "name");
  if (name === undefined || !/^form-data\b/i.test(disposition!)) throw broken("a part without a name");
  const filename = parameterOf(disposition!, "filename");
  return {
    name: unescaped(name),
    filename: filename && unescaped(filename),
    type,
    bytes: bytes.subarray(at),
  };
}

/** What browsers escape in names. */
function unescaped(name: string): string {
  return name.replace(/%0D/gi, "\r").replace(/%0A/gi, "\n").replace(/%22/g, '"');
}

function lineEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1))
    if (bytes[at + 1] === LF) return at;
  throw broken("a part whose headers do not end");
}

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1))
    if (startsWith(bytes, wanted, at)) return at;
  return -1;
}

function startsWith(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  if (at + wanted.length > bytes.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

function text(bytes: Uint8Array): string {
  return decode({ buffer: bytes.buffer as ArrayBuffer, offset: bytes.byteOffset, length: bytes.length });
}

function broken(what: string): TypeError {
  return new TypeError(`formData: the body is not the multipart/form-data that its header promises: ${what}`);
}
