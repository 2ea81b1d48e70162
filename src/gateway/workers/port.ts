// port.ts: the supervisor's port: connections as descriptors, of which it reads nothing.
import { lookup } from "node:dns/promises";
import type { Descriptor } from "../../linux/descriptor.js";
import { FdReadiness } from "../../linux/fd-poll.js";
import { SystemCallError } from "../../linux/system-call-error.js";
import { accept, listenTcp, type TcpListener } from "../../linux/tcp-listener.js";
import { listenError } from "../http/listen-error.js";
import { type ListenAddress, urlOf } from "../http-server.js";

/** Connections taken in one turn: the supervisor has other things to do, too. */
const MOST_AT_ONCE = 64;
/** How long new connections wait in the kernel when there is no descriptor for them, ms. */
const PAUSE_MS = 100;

export interface PortListener {
  /** Called before connections are taken; what it throws is a shortage. */
  prepare?(): void;
  onConnection(connection: Descriptor): void;
  /** No connection can be taken now; those that wait are not lost. */
  onShortage(error: Error): void;
}

export class Port {
  /** Where it listens: "http://127.0.0.1:8080". */
  readonly url: string;
  readonly #descriptor: Descriptor;
  readonly #readiness: FdReadiness;
  readonly #listener: PortListener;
  #pause: NodeJS.Timeout | undefined;

  private constructor(url: string, { descriptor }: TcpListener, listener: PortListener) {
    this.url = url;
    this.#descriptor = descriptor;
    this.#listener = listener;
    this.#readiness = new FdReadiness(descriptor.fd);
    this.#readiness.onceReadable(this.#onReadable);
  }

  /** @throws MayflyError ADDRESS_IN_USE, OPTION_INVALID */
  static async open(where: ListenAddress, scheme: "http" | "https", listener: PortListener): Promise<Port> {
    try {
      const { address } = await lookup(where.host);
      const tcp = listenTcp(address, where.port);
      return new Port(urlOf(scheme, address, tcp.port), tcp, listener);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw listenError(error, error instanceof SystemCallError ? error.errno : code, where);
    }
  }

  /** Connections that wait in the kernel are reset. */
  close(): void {
    clearTimeout(this.#pause);
    this.#readiness.close();
    this.#descriptor.close();
  }

  readonly #onReadable = (): void => {
    try {
      this.#listener.prepare?.();
      for (let taken = 0; taken < MOST_AT_ONCE; taken++) {
        const connection = accept(this.#descriptor);
        if (connection === undefined) break;
        this.#listener.onConnection(connection);
      }
      this.#await();
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#listener.onShortage(error);
      this.#pause = setTimeout(() => this.#await(), PAUSE_MS);
    }
  };

  #await(): void {
    this.#readiness.onceReadable(this.#onReadable);
  }
}
