// invoke-function.ts: calls a function once or often, one call after the other, and keeps what it cost.
import type { Bill } from "../../function/bill.js";
import type { FetchFunction } from "../../function/function.js";
import { deferred } from "../../monitor/event-loop.js";

export interface Invocation {
  /** The last call's response, its body read. */
  readonly response: Response;
  readonly body: Uint8Array;
  /** What the last call cost. */
  readonly bill: Bill;
  /** How long each call took, its body read, ms. */
  readonly times: readonly number[];
}

/**
 * Calls the function.
 *
 * @param onBill told what each call cost, also one that fails: at the latest when the function is closed
 * @param onBody told of each piece of the last response's body, as it comes
 */
export async function invoke(
  fn: FetchFunction,
  makeRequest: () => Request,
  options: {
    readonly repeat: number;
    readonly console: (bytes: Uint8Array) => void;
    readonly signal: AbortSignal;
    readonly onBill: (bill: Bill) => void;
    readonly onResponse: (response: Response) => void;
    readonly onBody: (piece: Uint8Array) => void;
  },
): Promise<Invocation> {
  const times: number[] = [];
  for (;;) {
    const isLast = times.length === options.repeat - 1;
    const billed = deferred<Bill>();
    const started = performance.now();
    const response = await fn.fetch(new Request(makeRequest(), { signal: options.signal }), {
      onBill: (bill) => {
        options.onBill(bill);
        billed.resolve(bill);
      },
      console: options.console,
    });
    if (isLast) options.onResponse(response);
    const body = await readBody(response, isLast ? options.onBody : () => {});
    times.push(performance.now() - started);
    const bill = await billed.promise;
    if (isLast) return { response, body, bill, times };
  }
}

async function readBody(response: Response, onPiece: (piece: Uint8Array) => void): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    onPiece(piece);
  }
  return Buffer.concat(pieces);
}
