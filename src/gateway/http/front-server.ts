// front-server.ts: what listens for requests: HTTP/1.1, or behind TLS HTTP/1.1 and HTTP/2; one face for both.
import type { RequestListener, Server } from "node:http";
import type { Http2SecureServer } from "node:http2";
import { Server as NetServer, type Socket } from "node:net";
import { type ListenAddress, listen, makeHttpServer } from "../http-server.js";
import type { Certificate } from "./certificate.js";
import { Http2Sessions } from "./http2-sessions.js";
import { KEEP_ALIVE_MS } from "./keep-alive.js";
import { noteResponse } from "./queued-response.js";
import type { OnRefused } from "./refused-connection.js";
import { makeSecureServer, SESSION_PATIENCE } from "./secure-server.js";

/** How long clients have to leave once all is answered, ms. */
const LEAVE_MS = 1000;

export interface FrontOptions {
  /** For TLS; without one, connections are plain. */
  readonly certificate?: Certificate | undefined;
  /** How long a connection stays open behind its last response. */
  readonly keepAliveMs?: number;
  /** Told of requests that come to no response object. */
  readonly onRefused?: OnRefused;
}

export class FrontServer {
  readonly #server: Server | Http2SecureServer;
  readonly #sessions: Http2Sessions | undefined;
  readonly #sockets = new Set<Socket>();
  #connections = 0;
  #onLeft: (() => void) | undefined;

  constructor(
    answer: RequestListener,
    { certificate, keepAliveMs = KEEP_ALIVE_MS, onRefused }: FrontOptions = {},
  ) {
    const onRequest: RequestListener = (request, response) => {
      noteResponse(request, response);
      answer(request, response);
    };
    if (certificate === undefined) {
      this.#server = makeHttpServer(onRequest, onRefused);
    } else {
      const server = makeSecureServer(onRequest, certificate, onRefused);
      this.#server = server;
      this.#sessions = new Http2Sessions(server, { ...SESSION_PATIENCE, idleMs: keepAliveMs });
      for (const event of ["connection", "secureConnection"]) server.on(event, this.#keep);
    }
    this.#server.on("connection", (socket: Socket) => {
      this.#connections++;
      socket.once("close", () => this.#connections--);
    });
    // Behind TLS, too, Node reads it here for connections of HTTP/1.1.
    Object.assign(this.#server, { keepAliveTimeout: keepAliveMs });
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections;
  }

  /** For connections that come otherwise than by its port: by the event "connection". */
  get server(): NetServer {
    return this.#server;
  }

  /**
   * Starts to listen.
   *
   * @returns the URL
   * @throws MayflyError ADDRESS_IN_USE, OPTION_INVALID
   */
  listen(address: ListenAddress): Promise<string> {
    return listen(this.#server, address, { scheme: this.#sessions === undefined ? "http" : "https" });
  }

  /** Connections from now on get this one. Those that are open keep what they have. */
  useCertificate({ cert, key }: Certificate): void {
    if (this.#sessions !== undefined) (this.#server as Http2SecureServer).setSecureContext({ cert, key });
  }

  /**
   * Takes no new connection, and tells the clients that it can to send no new request.
   *
   * @param answered gives what resolves when all requests are answered
   */
  async close(answered: () => Promise<void>): Promise<void> {
    // Not node:http's close(): it breaks off responses that were written but have not left yet.
    const closed = new Promise<void>((resolve) =>
      NetServer.prototype.close.call(this.#server, () => resolve()),
    );
    this.#sessions?.leave();
    await answered();
    // Whoever keeps a connection may have sent a request on it: that one is answered, and tells that it was the last.
    await this.#left(LEAVE_MS);
    await answered();
    this.breakOff();
    await closed;
    // … but that one stops its timers.
    this.#server.close();
  }

  /** Ends all connections at once. */
  breakOff(): void {
    if (this.#sessions === undefined) (this.#server as Server).closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves when no connection is left of those with TLS, or `ms` later. */
  #left(ms: number): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#onLeft = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  readonly #keep = (socket: Socket): void => {
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#onLeft?.();
    });
  };
}
