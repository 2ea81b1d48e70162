// request-body.ts: decides how a request's body reaches the guest: not at all, collected beforehand, or as it comes.
import type { IncomingMessage } from "node:http";
import type { BodySource } from "../monitor/exchange/message.js";
import { tooLarge, Upload } from "./upload.js";

/** A body up to this size is collected before there is a VM: it fits the guest's first piece, and a slow client holds no VM. */
const COLLECTED_BYTES = 48 * 1024;

/**
 * The body of a request, or nothing when it has none.
 *
 * @param length bytes, when the head says so
 * @throws HttpFailure 413 when it is larger than `limitBytes`, client-gone when it breaks off
 */
export function receiveBody(
  request: IncomingMessage,
  length: number | undefined,
  limitBytes: number,
): BodySource | undefined | Promise<Uint8Array> {
  if (length === 0) return undefined;
  if (length !== undefined && length > limitBytes) throw tooLarge(limitBytes);
  const upload = new Upload(request, limitBytes);
  return length !== undefined && length <= COLLECTED_BYTES ? collect(upload) : upload;
}

async function collect(upload: Upload): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of upload) pieces.push(piece);
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}
