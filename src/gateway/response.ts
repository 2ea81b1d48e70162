// response.ts: carries a guest's response to the client, no faster than the client takes it, and checks its length on the way.
import type { ServerResponse } from "node:http";
import type { ExchangeResponse, ResponseBody } from "../monitor/exchange/message.js";
import { takeAtHand } from "./at-hand.js";
import type { Client } from "./client.js";
import { writeHead } from "./http/write-head.js";
import { drained } from "./patience.js";
import { badLength, cleanResponseHead } from "./response-head.js";

/** A response up to this size that is there at once leaves whole, with a content-length. */
const WHOLE_BYTES = 64 * 1024;

export interface SendOptions {
  /** Who gets it. */
  readonly client: Pick<Client, "receivedBytes">;
  readonly method: string;
  /** Ask the client to close the connection behind the response. */
  readonly lastOnConnection: boolean;
  /** The gateway's own headers: name, value, name, value. Asked for when the head leaves. */
  readonly ownHeaders?: () => readonly string[];
}

/**
 * Sends a response to its end: at once when all of it is there.
 *
 * @throws HttpFailure 502 when its length is not what it promised, client-gone; whatever its body throws. Nothing was sent
 *   yet if `out.headersSent` is false.
 */
export function sendResponse(
  response: ExchangeResponse,
  out: ServerResponse,
  { client, method, lastOnConnection, ownHeaders }: SendOptions,
): void | Promise<void> {
  const { status, headers, promisedLength, hasBody } = cleanResponseHead(response, method);
  if (lastOnConnection) headers.push("connection", "close");
  const head = (): ServerResponse => writeHead(out, status, [...headers, ...(ownHeaders?.() ?? [])]);
  if (!hasBody) {
    const unsent = method === "HEAD" ? response.body.takeWhole() : undefined;
    const isLengthTold = headers.some((text, i) => i % 2 === 0 && text === "content-length");
    if (unsent !== undefined && !isLengthTold) headers.push("content-length", String(unsent.length));
    head().end();
    return;
  }
  const sendWhole = (body: Uint8Array): void => {
    const { length } = body;
    if (promisedLength !== undefined && promisedLength !== length) throw wrongLength(promisedLength, length);
    headers.push("content-length", String(length));
    client.receivedBytes = length;
    head().end(body);
  };
  // Most responses are there in one piece: that needs no stream.
  const onePiece = response.body.takeWhole();
  if (onePiece !== undefined) {
    sendWhole(onePiece);
    return;
  }
  return sendPieces(response.body, out, { client, promisedLength, headers, head, sendWhole });
}

/** How a response's head and body leave. */
interface Sending extends Pick<SendOptions, "client"> {
  readonly promisedLength: number | undefined;
  readonly headers: string[];
  readonly head: () => ServerResponse;
  readonly sendWhole: (body: Uint8Array) => void;
}

async function sendPieces(
  from: ResponseBody,
  out: ServerResponse,
  { client, promisedLength, headers, head, sendWhole }: Sending,
): Promise<void> {
  const body = from[Symbol.asyncIterator]();
  const start = await takeAtHand(body, WHOLE_BYTES);
  if (start.next === undefined) {
    sendWhole(Buffer.concat(start.pieces));
    return;
  }
  if (promisedLength !== undefined) headers.push("content-length", String(promisedLength));
  head();
  // The head alone: its body may be long in coming.
  if (start.length === 0) out.flushHeaders();
  let sent = 0;
  const send = async (piece: Uint8Array): Promise<void> => {
    sent += piece.length;
    if (sent > (promisedLength ?? sent)) throw wrongLength(promisedLength, sent);
    client.receivedBytes = sent;
    if (!out.write(piece)) await drained(out);
  };
  for (const piece of start.pieces) await send(piece);
  for (let next = await start.next; next.done !== true; next = await body.next()) await send(next.value);
  if (promisedLength !== undefined && sent !== promisedLength) throw wrongLength(promisedLength, sent);
  out.end();
}

function wrongLength(promised: number | undefined, sent: number): Error {
  const got = sent > (promised ?? 0) ? `at least ${sent}` : `${sent}`;
  return badLength(`its content-length is ${promised}, and its body has ${got} bytes`);
}
