// refused-connection.ts: requests that come to no response object: what is no HTTP, what takes too long, tunnels. Each is answered, and its connection's last.
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { failureJson, HttpFailure, headTooLarge, notHttp1 } from "../http-failure.js";
import { isHttp2 } from "./is-http2.js";
import { lastResponse } from "./queued-response.js";

/** Told of one that is refused; gives its id. */
export type OnRefused = (failure: HttpFailure, socket: Socket) => string | undefined;

/** Has a server of node:http's or node:http2's answer them. */
export function refuseOn(server: Server, onRefused: OnRefused = () => undefined): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    onClientError(error, socket, onRefused),
  );
  server.on("connect", (request: IncomingMessage, client: Duplex | Http2ServerResponse) => {
    // Node hands over the bare connection, or a response as for any request of HTTP/2.
    if (isHttp2(request)) (client as Http2ServerResponse).writeHead(405).end();
    else refuse(client as Socket, noProxy(), onRefused);
  });
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
  const refuseIt = (): void => refuse(socket, malformed(error.code), onRefused);
  const response = lastResponse(socket);
  if (response === undefined || response.writableFinished) refuseIt();
  // What came before it has its answer first, perhaps the connection's last.
  else if (response.req.complete) response.once("finish", refuseIt);
  // The malformed one is under way itself: two answers to it would be one too many.
  else if (response.headersSent || response.socket === null) socket.destroy();
  else socket.end(wholeResponse(malformed(error.code)));
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
