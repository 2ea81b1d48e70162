// connection.ts: one connection to one origin, used for one request at a time. It owns its socket even while that is being opened.

import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import type { AddressGuard } from "./address-guard.js";
import { openSocket } from "./connector.js";
import { HeldSocket } from "./held-socket.js";
import type { MakeLookup } from "./look-up.js";
import { bareHost } from "./origin-rule.js";

/** What all connections of a function have in common. */
export interface Sockets {
  readonly lookup: MakeLookup;
  readonly ca: string | undefined;
}

/** Names and values of a response's headers, bytes. */
const MOST_HEADER_BYTES = 16 * 1024;
/** How long an idle connection is kept, ms; a server may ask for less, and for more up to the second figure. */
const IDLE_MS = 4000;
const MOST_IDLE_MS = 30_000;

export class Connection {
  readonly origin: string;
  readonly #client: Client;
  #isGivenUp = false;
  #opening: Socket | undefined;
  #held: HeldSocket | undefined;

  /** @param onClosed when the socket is gone; one that goes on would open another */
  constructor(
    url: URL,
    guard: AddressGuard,
    { lookup, ca }: Sockets,
    onClosed: (connection: Connection) => void,
  ) {
    this.origin = url.origin;
    const secure = url.protocol === "https:";
    const port = Number(url.port || (secure ? 443 : 80));
    const to = {
      secure,
      host: bareHost(url),
      port,
      guard,
      lookup: lookup(guard, () => !this.#isGivenUp),
      ca,
    };
    this.#client = new Client(url.origin, {
      connect: (_, done) => {
        this.#opening = openSocket(to, (error, socket) => {
          if (error !== undefined) return done(error, null);
          this.#held = new HeldSocket(socket);
          done(null, socket);
        });
      },
      pipelining: 1,
      maxHeaderSize: MOST_HEADER_BYTES,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: MOST_IDLE_MS,
      // One time limit holds for the whole request.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on("disconnect", () => onClosed(this));
  }

  send(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandlers): void {
    this.#client.dispatch(request, handler);
  }

  /** Reads no more from the server. */
  hold(): void {
    this.#held?.hold();
  }

  resume(): void {
    this.#held?.resume();
  }

  /** At the end of a response: the next one is not held. */
  letGo(): void {
    this.#held?.letGo();
  }

  /** Why the socket broke, if it did. */
  get error(): Error | undefined {
    return this.#held?.error;
  }

  /** Ends the socket at once, open or opening. */
  destroy(error: Error = new Error("given up")): void {
    this.#isGivenUp = true;
    this.#client.destroy(error).catch(() => undefined);
    this.#opening?.destroy();
  }
}
