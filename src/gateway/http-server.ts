// http-server.ts: node:http set up for the gateway: bounds on heads and patience, the port.
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, isIPv6, type Server as NetServer } from "node:net";
import { type ListenerName, listenError } from "./http/listen-error.js";
import { type OnRefused, refuseOn } from "./http/refused-connection.js";
import { HEAD_BYTES } from "./http-failure.js";

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

/** @param onRefused told of requests that come to no response object */
export function makeHttpServer(onRequest: RequestListener, onRefused?: OnRefused): Server {
  const server = createServer(
    {
      maxHeaderSize: HEAD_BYTES,
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
      // Looked for with the rest of the head, so that who lacks it is answered and counted as others are.
      requireHostHeader: false,
    },
    onRequest,
  );
  // By default Node drops headers beyond 2,000 without a word, whatever they say; the head's size bounds their number.
  server.maxHeadersCount = 0;
  // "100 Continue" is said only when the body is wanted.
  server.on("checkContinue", onRequest);
  refuseOn(server, onRefused);
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
