// secure-server.ts: node:http2's server set up for the gateway: TLS, both versions of HTTP, the bounds that http-server.ts has.
import type { RequestListener } from "node:http";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { HEAD_BYTES, HEAD_MS, REQUEST_MS, refuseMalformed } from "../http-server.js";
import type { Certificate } from "./certificate.js";
import type { SessionPatience } from "./http2-sessions.js";

/** Requests at once on one connection. */
const STREAMS = 100;
/** Fields of a head that fits HEAD_BYTES, at least 33 bytes each as HTTP/2 counts them. */
const FIELDS = Math.floor(HEAD_BYTES / 33);

export const SESSION_PATIENCE: SessionPatience = { firstMs: HEAD_MS, idleMs: 30_000 };

/** @param onRequest gets HTTP/2's requests, too: Node gives them the same properties */
export function makeSecureServer(onRequest: RequestListener, { cert, key }: Certificate): Http2SecureServer {
  const server = createSecureServer({
    ...{ cert, key },
    allowHTTP1: true,
    handshakeTimeout: HEAD_MS,
    maxHeaderListPairs: FIELDS,
    settings: { maxHeaderListSize: HEAD_BYTES, maxConcurrentStreams: STREAMS, enablePush: false },
  });
  // What node:http's servers take as options is read from the server's properties.
  Object.assign(server, {
    maxHeaderSize: HEAD_BYTES,
    maxHeadersCount: 0,
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
  });
  const either = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    if (request.httpVersionMajor >= 2) bound(request);
    const [incoming, out] = [request, response] as unknown as Parameters<RequestListener>;
    onRequest(incoming, out);
  };
  server.on("request", either);
  server.on("checkContinue", either);
  server.on("clientError", refuseMalformed);
  // What makes a server look for slow clients of HTTP/1.1 is that it begins to listen; one that is handed its connections never does.
  server.emit("listening");
  return server;
}

/** A body must have come by then, as with HTTP/1.1. */
function bound({ stream }: Http2ServerRequest): void {
  if (stream.endAfterHeaders) return;
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), REQUEST_MS);
  const stop = (): void => clearTimeout(timer);
  stream.once("end", stop).once("close", stop);
}
