// held-connections.ts: a worker's connections: leads them to its server, notes in the table what is done on each, gives idle ones back.
import { Server as HttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Descriptor } from "../../linux/descriptor.js";
import type { Ticket } from "./connection-channel.js";
import { socketOf } from "./connection-socket.js";
import { type ConnectionTable, SlotState } from "./connection-table.js";
import type { ToSupervisor } from "./messages.js";

/** How a worker is through with a connection: see `ToSupervisor`. */
type Over = "closed" | "returned" | "refused";

/** Of a connection, where only its server can read it: of HTTP/2 Node shows another socket for each request. */
type Peer = Pick<Socket, "remoteAddress" | "remotePort">;

interface Held {
  readonly id: number;
  readonly slot: number;
  readonly socket: Socket;
  readonly peer: string;
  /** Requests whose response is not over, and those of them whose response has begun. */
  pending: number;
  begun: number;
  isReturned: boolean;
}

export class HeldConnections {
  readonly #server: Server;
  /** The server, where its connections can be followed request by request: plain HTTP/1.1. */
  readonly #plain: HttpServer | undefined;
  readonly #table: ConnectionTable;
  readonly #tell: (message: ToSupervisor) => void;
  readonly #held = new Map<Socket, Held>();
  /** Those that can be followed by the far end's address alone. */
  readonly #opaque = new Map<string, Held>();
  readonly #over: Record<Over, number[]> = { closed: [], returned: [], refused: [] };
  #isDraining = false;
  #isTelling = false;
  #drained: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #isAbandoned = false;

  constructor(server: Server, table: ConnectionTable, tell: (message: ToSupervisor) => void) {
    this.#server = server;
    this.#plain = server instanceof HttpServer ? server : undefined;
    this.#table = table;
    this.#tell = tell;
    if (this.#plain === undefined) {
      for (const event of ["request", "checkContinue"])
        if (server.listenerCount(event) > 0) server.prependListener(event, this.#onOpaqueRequest);
      return;
    }
    const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
      this.#onRequest(request, response);
    this.#plain.prependListener("request", onRequest);
    // A listener of ours alone would keep the server from its own answer.
    if (this.#plain.listenerCount("checkContinue") > 0)
      this.#plain.prependListener("checkContinue", onRequest);
    // What makes a server look for slow clients is that it begins to listen; this one never does.
    this.#plain.emit("listening");
  }

  /** Takes a connection over; undefined is one for which this process had no descriptor. */
  take({ id, slot }: Ticket, connection: Descriptor | undefined): void {
    if (connection === undefined) {
      this.#tellSoon("refused", id);
      return;
    }
    if (this.#isDraining) {
      // Untouched, as its slot says: also when this process ends before it is heard.
      connection.close();
      this.#tellSoon("returned", id);
      return;
    }
    const socket = socketOf(connection, this.#plain !== undefined);
    if (socket === undefined) {
      this.#tellSoon("closed", id);
      return;
    }
    const held: Held = { id, slot, socket, peer: peerOf(socket), pending: 0, begun: 0, isReturned: false };
    this.#held.set(socket, held);
    this.#table.write(slot, this.#plain === undefined ? SlotState.opaque : SlotState.idle);
    if (this.#plain === undefined) this.#opaque.set(held.peer, held);
    socket.once("close", () => this.#onClose(held));
    this.#server.emit("connection", socket);
  }

  /**
   * Gives connections back as they become idle. Resolves when none is left of those that can be followed, or when the time is over: those
   * that are left then are the supervisor's to settle once this process has ended. A further call sets the time anew.
   */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    if (this.#plain === undefined) return;
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#onDrained?.(), graceMs);
    this.#drained ??= new Promise((resolve) => {
      this.#onDrained = resolve;
    });
    this.#returnIdle();
    if (this.#held.size === 0) this.#onDrained?.();
    await this.#drained;
    clearTimeout(this.#deadline);
    this.#isAbandoned = true;
  }

  #onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    const held = this.#held.get(socket);
    if (held === undefined) return;
    held.pending++;
    let hasBegun = false;
    // Every head passes here, also one that the first piece of a body writes.
    const writeHead = response.writeHead;
    response.writeHead = function (this: ServerResponse, ...words: unknown[]) {
      if (!hasBegun) begin();
      return Reflect.apply(writeHead, this, words);
    } as typeof writeHead;
    const begin = (): void => {
      hasBegun = true;
      held.begun++;
      this.#note(held);
    };
    response.once("close", () => {
      // Broken off, with its connection: what had been said on it stays in the table.
      if (!response.writableFinished) return;
      held.pending--;
      if (hasBegun) held.begun--;
      this.#note(held);
      // Node's own listeners put the connection back into its list of idle ones first.
      if (this.#onDrained !== undefined) setImmediate(() => this.#returnIdle());
    });
    this.#note(held);
  }

  readonly #onOpaqueRequest = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    const held = this.#opaque.get(peerOf(socket));
    if (held === undefined) return;
    held.pending++;
    this.#note(held);
    response.once("close", () => {
      held.pending--;
      this.#note(held);
    });
  };

  #note(held: Held): void {
    // An answer may come when its client has long left: by then the slot is another connection's.
    if (!this.#held.has(held.socket)) return;
    const { slot, pending, begun } = held;
    if (this.#plain === undefined) {
      this.#table.write(slot, SlotState.opaque + pending);
      return;
    }
    const state = begun > 0 ? SlotState.responding : pending > 0 ? SlotState.waiting : SlotState.idle;
    this.#table.write(slot, state);
  }

  /**
   * Closing a socket here is no end of the connection: the supervisor has its own. The server closes those on which no byte of a next
   * request was read, which only its parser knows; those that never had one it takes for busy.
   */
  #returnIdle(): void {
    const idle = [...this.#held.values()].filter(({ pending, socket }) => pending === 0 && !socket.destroyed);
    const busy = [...this.#held.values()].filter(({ pending }) => pending > 0);
    // A connection whose response is written is idle for the server, though its client may not have taken it yet.
    for (const { socket } of busy) socket.destroy = () => socket;
    this.#plain?.closeIdleConnections();
    for (const { socket } of busy) delete (socket as Partial<Socket>).destroy;
    for (const held of idle) {
      if (!held.socket.destroyed && held.socket.bytesRead === 0) held.socket.destroy();
      held.isReturned = held.socket.destroyed;
    }
  }

  #onClose(held: Held): void {
    this.#held.delete(held.socket);
    if (this.#opaque.get(held.peer) === held) this.#opaque.delete(held.peer);
    if (this.#isAbandoned && !held.isReturned) return;
    this.#tellSoon(held.isReturned ? "returned" : "closed", held.id);
  }

  #tellSoon(say: Over, id: number): void {
    this.#over[say].push(id);
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(this.#tellOver);
  }

  readonly #tellOver = (): void => {
    this.#isTelling = false;
    for (const say of ["closed", "returned", "refused"] as const) {
      const ids = this.#over[say].splice(0);
      if (ids.length > 0) this.#tell({ say, ids });
    }
    if (this.#held.size === 0) this.#onDrained?.();
  };
}

function peerOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
