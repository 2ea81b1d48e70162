// refused-connection.ts: requests that come to no response object: what is no HTTP, what takes too long, tunnels. Each is answered, and its connection's last.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { failureJson, HttpFailure, headTooLarge, notHttp1 } from "../http-failure.js";
import { isHttp2 } from "./is-http2.js";
import { lastResponse } from "./queued-response.js";

/** A client that goes on sending is cut off then, ms: what arrives behind that would take the answer back. */
const LINGER_MS = 2000;

/** Connections whose last answer is known. */
const refused = new WeakSet<Duplex>();

/** Told of one that is refused; gives its id. */
export type OnRefused = (failure: HttpFailure, socket: Socket) => string | undefined;

/** Has a server of node:http's or node:http2's answer them. */
export function refuseOn(server: Server, onRefused: OnRefused = () => undefined): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    onClientError(error, socket, onRefused),
  );
  server.on("connect", (request: IncomingMessage, client: Duplex | Http2ServerResponse) => {
    // Node hands over the bare connection, or a response as for any request of HTTP/2.
    if (!isHttp2(request)) return refuseTunnel(client as Socket, onRefused);
    onRefused(noProxy(), request.socket);
    (client as Http2ServerResponse).writeHead(405).end();
  });
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    const failure = new HttpFailure(417, "bad-request", "the request expects what the gateway does not know");
    const id = onRefused(failure, request.socket);
    if (id !== undefined) response.setHeader("x-request-id", id);
    if (!isHttp2(request)) response.setHeader("connection", "close");
    response.writeHead(417).end(failureJson(failure, id));
  });
}

/** A connection without Node's listeners and time-outs: it took them away before it handed it over. */
function refuseTunnel(socket: Socket, onRefused: OnRefused): void {
  // Without a listener an error would end the process; unread, its end would not come.
  socket.on("error", () => {}).resume();
  whenItsTurn(socket, () => {
    refuse(socket, noProxy(), onRefused);
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => clearTimeout(cut));
  });
}

/** Calls back once earlier requests have their answers, perhaps the connection's last. One whose body is under way has none. */
function whenItsTurn(socket: Socket, then: () => void): void {
  const response = lastResponse(socket);
  if (response === undefined || response.writableFinished) then();
  else if (response.req.complete) response.once("finish", then);
  else socket.destroy();
}

/** Node's parser gave up on a connection: there is no next request. */
function onClientError(error: NodeJS.ErrnoException, socket: Socket, onRefused: OnRefused): void {
  const isSilent = error.code === "ERR_HTTP_REQUEST_TIMEOUT" && socket.bytesRead === 0;
  const isInHandshake = (socket as { secureConnecting?: boolean }).secureConnecting === true;
  // Who has asked nothing yet would take an answer for that to its first request; who does not come through TLS's handshake understands none.
  if (!socket.writable || isSilent || isInHandshake) {
    socket.destroy();
    return;
  }
  // Node tells of it again with everything that still comes.
  if (refused.has(socket)) return;
  refused.add(socket);
  const failure = malformed(error.code);
  const response = lastResponse(socket);
  // It is the request under way itself, which has no answer yet: one of its own would be one too many.
  const isItself = response?.req.complete === false && !response.headersSent && response.socket !== null;
  if (isItself) socket.end(wholeResponse(failure));
  else whenItsTurn(socket, () => refuse(socket, failure, onRefused));
}

function refuse(socket: Socket, failure: HttpFailure, onRefused: OnRefused): void {
  if (socket.writable) socket.end(wholeResponse(failure, onRefused(failure, socket)));
}

/** A failure as the bytes of a whole HTTP/1.1 response. */
export function wholeResponse(failure: HttpFailure, requestId?: string): string {
  const body = failureJson(failure, requestId);
  const head = [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    ...(requestId === undefined ? [] : [`x-request-id: ${requestId}`]),
    ...(failure.retryAfterSeconds === undefined ? [] : [`retry-after: ${failure.retryAfterSeconds}`]),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

function malformed(code: string | undefined): HttpFailure {
  if (code === "HPE_HEADER_OVERFLOW") return headTooLarge();
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new HttpFailure(408, "request-timeout", "the request did not come to its end in time");
  return notHttp1();
}

function noProxy(): HttpFailure {
  return new HttpFailure(405, "method-not-allowed", "the gateway is no proxy");
}
