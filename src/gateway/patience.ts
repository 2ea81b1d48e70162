// patience.ts: how long a response waits for a client that takes nothing of it, whole or in pieces.
import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { isHttp2 } from "./http/is-http2.js";
import { clientGone } from "./http-failure.js";

/** A client that takes nothing for this long is gone, ms. */
const STALLED_MS = 30_000;

/**
 * Waits until the client took enough for more to be written.
 *
 * @throws HttpFailure client-gone, also when it takes too long
 */
export function drained(out: ServerResponse, stalledMs = STALLED_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      stopTimer();
      out.off("drain", onDrain).off("close", onClose);
      then();
    };
    const onDrain = (): void => settle(resolve);
    const onClose = (): void => settle(() => reject(clientGone()));
    const stopTimer = whenStalled(out, stalledMs, onClose);
    out.on("drain", onDrain).on("close", onClose);
    if (isGone(out)) onClose();
  });
}

/** Breaks off a response that was ended, when the client does not take the rest of it. */
export function breakOffUntaken(out: ServerResponse, stalledMs = STALLED_MS): void {
  if (out.writableFinished || isGone(out)) return;
  const stopTimer = whenStalled(out, stalledMs, () => out.destroy());
  out.once("finish", stopTimer).once("close", stopTimer);
}

/**
 * Calls back after a time, but not while another response of the same connection has its turn: that one's time counts.
 *
 * @returns what stops it
 */
function whenStalled(out: ServerResponse, stalledMs: number, onStalled: () => void): () => void {
  const timer = setTimeout(() => {
    if (!isHttp2(out.req) && out.socket === null) timer.refresh();
    else onStalled();
  }, stalledMs);
  return () => clearTimeout(timer);
}

function isGone(out: ServerResponse): boolean {
  return isHttp2(out.req) ? (out as unknown as Http2ServerResponse).stream.destroyed : out.destroyed;
}
