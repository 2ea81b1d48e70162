// http-server.ts: node:http set up for the gateway: bounds on heads and patience, answers to what is not HTTP, the port.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { type AddressInfo, isIPv6, type Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isHttp2 } from "./http/is-http2.js";
import { type ListenerName, listenError } from "./http/listen-error.js";
import { lastResponse } from "./http/queued-response.js";
import { failureJson, HttpFailure } from "./http-failure.js";

/** A guest's buffer of 64 KiB holds a head of this size, whatever the lengths of its strings. */
export const HEAD_BYTES = 32 * 1024;
/** A head must be here by then, ms; a whole request, its body included, too. */
export const HEAD_MS = 10_000;
export const REQUEST_MS = 300_000;
/** How often Node looks for those that took longer, ms. */
export const CHECK_MS = 1000;

export interface ListenAddress {
  /** Name or address of this host. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export function makeHttpServer(onRequest: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: HEAD_BYTES,
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
    onRequest,
  );
  // By default Node drops headers beyond 2,000 without a word, whatever they say; the head's size bounds their number.
  server.maxHeadersCount = 0;
  // "100 Continue" is said only when the body is wanted.
  server.on("checkContinue", onRequest);
  server.on("clientError", refuseMalformed);
  server.on("connect", refuseConnect);
  return server;
}

/**
 * Starts to listen.
 *
 * @param options.name what errors call it
 * @returns the URL
 * @throws MayflyError ADDRESS_IN_USE, OPTION_INVALID
 */
export function listen(
  server: NetServer,
  { host, port }: ListenAddress,
  { scheme = "http", name = "listen" }: { scheme?: "http" | "https"; name?: ListenerName } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void =>
      reject(listenError(error, error.code, { host, port, name }));
    server.once("error", onError);
    server.listen({ host, port }, () => {
      server.off("error", onError);
      const { address, port: bound } = server.address() as AddressInfo;
      resolve(urlOf(scheme, address, bound));
    });
  });
}

export function urlOf(scheme: "http" | "https", address: string, port: number): string {
  return `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** Node's parser gave up on a connection: there is no response object, and no next request. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Whoever does not come through TLS's handshake understands no answer.
  if (!socket.writable || (socket as { secureConnecting?: boolean }).secureConnecting === true) {
    socket.destroy();
    return;
  }
  // Who connected and has asked nothing yet would take an answer for that to its first request.
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT" && (socket as Socket).bytesRead === 0) {
    socket.destroy();
    return;
  }
  const refuse = (): void => {
    if (socket.writable) socket.end(wholeResponse(malformed(error.code)));
  };
  const response = lastResponse(socket);
  if (response === undefined || response.writableFinished) refuse();
  // What came before it has its answer first, perhaps the connection's last.
  else if (response.req.complete) response.once("finish", refuse);
  // The malformed one is under way itself: two answers to it would be one too many.
  else if (response.headersSent || response.socket === null) socket.destroy();
  else refuse();
}

/** A tunnel is what proxies make; Node hands over the bare connection, or a response as for any request of HTTP/2. */
export function refuseConnect(request: IncomingMessage, client: Duplex | Http2ServerResponse): void {
  if (isHttp2(request)) (client as Http2ServerResponse).writeHead(405).end();
  else
    (client as Duplex).end(
      wholeResponse(new HttpFailure(405, "method-not-allowed", "the gateway is no proxy")),
    );
}

/** A failure as the bytes of a whole HTTP/1.1 response, for connections that no response object belongs to. It is their last. */
export function wholeResponse(failure: HttpFailure): string {
  const body = failureJson(failure);
  const head = [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
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

export function notHttp1(): HttpFailure {
  return new HttpFailure(400, "bad-request", "the request is not HTTP/1.1");
}

export function headTooLarge(): HttpFailure {
  return new HttpFailure(431, "head-too-large", `the request's head has more than ${HEAD_BYTES} bytes`);
}
