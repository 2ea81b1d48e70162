// params-header.ts: a route's parameters on their way to the guest, as a header that only the gateway can set. No I/O.
import type { HeaderList } from "../monitor/exchange/message.js";
import { HttpFailure } from "./http-failure.js";

/** Decoded and escaped, a path may grow to twice its length: with its own bound, a guest's buffer holds both. */
const MOST_BYTES = 8 * 1024;

/**
 * JSON in ASCII; no header for a route without parameters.
 *
 * @throws HttpFailure 431 when it would be too long
 */
export function paramsHeader(params: Readonly<Record<string, string>>): HeaderList {
  if (Object.keys(params).length === 0) return [];
  const json = JSON.stringify(params).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (json.length > MOST_BYTES)
    throw new HttpFailure(431, "head-too-large", `the path's parameters have more than ${MOST_BYTES} bytes`);
  return [["mayfly-params", json]];
}
