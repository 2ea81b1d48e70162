// image-file.ts: the bytes under examination and the one way to refuse them. No I/O.
import { MayflyError } from "../errors.js";

/** A file's whole content and the name that errors call it by. */
export interface ImageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The error for a field that no image may have, on one line: `app.img: e_type: got 3, expected 2 (ET_EXEC)`.
 *
 * @param field in the C spelling: "e_entry", "phdr[3].p_align"
 * @param mend what the image's author can do, where the cause is known
 */
export function invalid(
  file: ImageFile,
  field: string,
  got: string | number | bigint,
  expected: string | number,
  mend?: string,
): MayflyError {
  const message = `${printable(file.name)}: ${field}: got ${got}, expected ${expected}`;
  return new MayflyError("IMAGE_INVALID", message, mend === undefined ? {} : { mend });
}

/** Text from outside with every character that could break a line or steer a terminal replaced. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
