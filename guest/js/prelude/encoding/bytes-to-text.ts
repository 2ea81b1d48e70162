// bytes-to-text.ts: the decoders that the runtime does not have, and where a piece of text may be cut.
import type { Bytes } from "../shared.js";
import type { EncodingName } from "./labels.js";

/** How many units String.fromCharCode takes at once: they are arguments. */
const MOST_UNITS = 4096;

/** What windows-1252 has from 0x80 to 0x9f (its index in the Encoding standard). */
const SPECIALS =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

function fromUnits(units: Uint8Array | Uint16Array): string {
  let text = "";
  for (let at = 0; at < units.length; at += MOST_UNITS)
    text += String.fromCharCode(...units.subarray(at, at + MOST_UNITS));
  return text;
}

export function decodeLatin({ buffer, offset, length }: Bytes): string {
  return fromUnits(new Uint8Array(buffer, offset, length)).replace(
    /[\x80-\x9f]/g,
    (character) => SPECIALS[character.charCodeAt(0) - 0x80]!,
  );
}

/** Lone surrogates stay: the decoder decides about them. An odd byte at the end is U+FFFD. */
export function decodeUtf16({ buffer, offset, length }: Bytes): string {
  const even = length - (length % 2);
  const text = fromUnits(new Uint16Array(buffer.slice(offset, offset + even)));
  return even === length ? text : `${text}\ufffd`;
}

/** How many bytes at the end begin a character that is not complete. */
export function heldBack(encoding: EncodingName, bytes: Uint8Array): number {
  if (encoding === "windows-1252") return 0;
  if (encoding === "utf-8") return incompleteUtf8(bytes);
  const odd = bytes.length % 2;
  const high = bytes[bytes.length - odd - 1];
  return high !== undefined && high >= 0xd8 && high < 0xdc ? odd + 2 : odd;
}

function incompleteUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const lead = bytes[bytes.length - back]!;
    if ((lead & 0xc0) === 0x80) continue;
    const needed = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (lead > 0xf4 || back >= needed) return 0;
    return back === 1 || mayFollow(lead, bytes[bytes.length - back + 1]!) ? back : 0;
  }
  return 0;
}

/** The second byte's range depends on the first: no overlong forms, no surrogates, nothing above U+10FFFF. */
function mayFollow(lead: number, second: number): boolean {
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}
