// connection-pool.ts: the connections of one function: in use, each by one request, or idle for a while.
import type { AddressGuard } from "./address-guard.js";
import { Connection, type Sockets } from "./connection.js";

/** A guest that asks many servers must not leave a socket at each. */
const MOST_IDLE = 32;

export class ConnectionPool {
  readonly #sockets: Sockets;
  readonly #busy = new Set<Connection>();
  /** The one idle for longest comes first. */
  readonly #idle = new Set<Connection>();
  #open = true;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  /** Connections that exist: in use and idle. */
  get counts(): { busy: number; idle: number } {
    return { busy: this.#busy.size, idle: this.#idle.size };
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** An idle connection to the URL's origin, or a new one. It is to be given back or dropped. */
  take(url: URL, guard: AddressGuard): Connection {
    const warm = [...this.#idle].findLast(({ origin }) => origin === url.origin);
    const connection = warm ?? new Connection(url, guard, this.#sockets, (closed) => this.#onClosed(closed));
    this.#idle.delete(connection);
    this.#busy.add(connection);
    return connection;
  }

  giveBack(connection: Connection): void {
    if (!this.#busy.delete(connection)) return;
    this.#idle.add(connection);
    if (this.#idle.size > MOST_IDLE || !this.#open) this.drop([...this.#idle][0]!);
  }

  /** Ends a connection. */
  drop(connection: Connection, error?: Error): void {
    this.#busy.delete(connection);
    this.#idle.delete(connection);
    connection.destroy(error);
  }

  /** Ends all of them. */
  close(error: Error): void {
    this.#open = false;
    for (const connection of [...this.#busy, ...this.#idle]) this.drop(connection, error);
  }

  /** One in use tells its request; a new request on it opens a new socket. */
  #onClosed(connection: Connection): void {
    if (this.#idle.has(connection)) this.drop(connection);
  }
}
