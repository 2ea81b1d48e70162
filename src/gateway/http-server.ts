// http-server.ts: node:http set up for the gateway: bounds on heads and patience, answers to what is not HTTP, the port.
import { createServer, type RequestListener, type Server, STATUS_CODES } from "node:http";
import { type AddressInfo, isIPv6, type Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { MayflyError } from "../errors.js";
import { failureJson, HttpFailure } from "./http-failure.js";

/** A guest's buffer of 64 KiB holds a head of this size, whatever the lengths of its strings. */
export const HEAD_BYTES = 32 * 1024;
/** A head must be here by then, ms; a whole request, its body included, too. */
export const HEAD_MS = 10_000;
export const REQUEST_MS = 300_000;

export interface ListenAddress {
  /** Name or address of this host. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export function makeHttpServer(onRequest: RequestListener): Server {
  const server = createServer(
    { maxHeaderSize: HEAD_BYTES, headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS },
    onRequest,
  );
  // By default Node drops headers beyond 2,000 without a word, whatever they say; the head's size bounds their number.
  server.maxHeadersCount = 0;
  // "100 Continue" is said only when the body is wanted.
  server.on("checkContinue", onRequest);
  server.on("clientError", refuseMalformed);
  return server;
}

/**
 * Starts to listen.
 *
 * @returns the URL
 * @throws MayflyError ADDRESS_IN_USE, OPTION_INVALID
 */
export function listen(
  server: NetServer,
  { host, port }: ListenAddress,
  scheme: "http" | "https" = "http",
): Promise<string> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void =>
      reject(listenError(error, error.code, { host, port }));
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

/** @param code of the system: "EADDRINUSE" */
export function listenError(
  error: unknown,
  code: string | undefined,
  { host, port }: ListenAddress,
): MayflyError {
  if (code === "EADDRINUSE")
    return new MayflyError("ADDRESS_IN_USE", `listen: another program has port ${port} of ${host}`, {
      cause: error,
      mend: `end that program (ss -ltnp shows it), or take another port: --port ${port < 65535 ? port + 1 : 8080}`,
    });
  return new MayflyError(
    "OPTION_INVALID",
    `listen: got ${host} port ${port}, expected an address of this host and a port that you may use (${code})`,
    { cause: error, mend: "--host 127.0.0.1 --port 8080" },
  );
}

/** Node's parser gave up on a connection: there is no response object, and no next request. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  // A response may be under way for an earlier request: two would be one too many.
  if (!socket.writable || (socket as Socket).bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const failure = malformed(error.code);
  socket.end(wholeResponse(failure));
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
  return new HttpFailure(400, "bad-request", "the request is not HTTP/1.1");
}

export function headTooLarge(): HttpFailure {
  return new HttpFailure(431, "head-too-large", `the request's head has more than ${HEAD_BYTES} bytes`);
}
