// crypto.ts: random values (Web Crypto, section 10). They come from the request's entropy, so that no two requests share any.
import { bytesOf } from "./bytes.js";
import { host } from "./host.js";

const MOST_BYTES = 65536;

function getRandomValues<T extends ArrayBufferView>(view: T): T {
  const bytes = ArrayBuffer.isView(view) ? bytesOf(view) : undefined;
  if (
    bytes === undefined ||
    view instanceof Float32Array ||
    view instanceof Float64Array ||
    view instanceof DataView
  )
    throw new TypeError("crypto.getRandomValues: expected an array of integers");
  if (bytes.length > MOST_BYTES)
    throw new RangeError(`crypto.getRandomValues: got ${bytes.length} bytes, expected at most ${MOST_BYTES}`);
  host.fillRandom(bytes.buffer, bytes.offset, bytes.length);
  return view;
}

/** RFC 9562, section 5.4. */
function randomUUID(): string {
  const bytes = getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const crypto = { getRandomValues, randomUUID };
