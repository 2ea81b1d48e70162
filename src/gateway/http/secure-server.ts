// secure-server.ts: node:http2's server set up for the gateway: TLS, both versions of HTTP, the bounds that http-server.ts has.
import type { IncomingMessage, RequestListener } from "node:http";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { HEAD_BYTES } from "../http-failure.js";
import { CHECK_MS, HEAD_MS, REQUEST_MS } from "../http-server.js";
import type { Certificate } from "./certificate.js";
import type { SessionPatience } from "./http2-sessions.js";
import { isHttp2 } from "./is-http2.js";
import { type OnRefused, refuseOn } from "./refused-connection.js";

/** Requests at once on one connection. */
const STREAMS = 100;
/**
 * What a client may send before anybody reads it: of one request, of all of a connection. HTTP/2's own 64 KiB make 1.3 MB/s where
 * a round trip takes 50 ms; more of all than of one, so that an upload that nobody reads does not stop the others.
 */
const STREAM_WINDOW_BYTES = 256 * 1024;
const SESSION_WINDOW_BYTES = 1024 * 1024;
/** Fields of a head that fits HEAD_BYTES, at least 33 bytes each as HTTP/2 counts them. */
const FIELDS = Math.floor(HEAD_BYTES / 33);

export const SESSION_PATIENCE: Pick<SessionPatience, "firstMs"> = { firstMs: HEAD_MS };

/**
 * @param onRequest gets HTTP/2's requests, too: Node gives them the same properties
 * @param onRefused told of requests that come to no response object
 */
export function makeSecureServer(
  onRequest: RequestListener,
  { cert, key }: Certificate,
  onRefused?: OnRefused,
): Http2SecureServer {
  const server = createSecureServer({
    ...{ cert, key },
    allowHTTP1: true,
    handshakeTimeout: HEAD_MS,
    maxHeaderListPairs: FIELDS,
    settings: {
      maxHeaderListSize: HEAD_BYTES,
      maxConcurrentStreams: STREAMS,
      initialWindowSize: STREAM_WINDOW_BYTES,
      enablePush: false,
    },
  });
  // What node:http's servers take as options is read from the server's properties.
  Object.assign(server, {
    maxHeaderSize: HEAD_BYTES,
    maxHeadersCount: 0,
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  });
  const either = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    if (isHttp2(request as unknown as IncomingMessage)) bound(request);
    const [incoming, out] = [request, response] as unknown as Parameters<RequestListener>;
    onRequest(incoming, out);
  };
  server.on("request", either);
  server.on("checkContinue", either);
  refuseOn(server, onRefused);
  server.on("session", (session) => session.setLocalWindowSize(SESSION_WINDOW_BYTES));
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
