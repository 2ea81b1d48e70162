// connection-channel.ts: how connections get from the supervisor to a worker: copies of their descriptors over a socket pair.
// Not Node's channel: that hands over one for each turn of the worker's event loop, and wants an answer for each.
import type { Descriptor } from "../../linux/descriptor.js";
import { FdReadiness } from "../../linux/fd-poll.js";
import { receive, type Sent, send, socketPair } from "../../linux/unix-socket.js";

/** Connections that a worker takes in one turn: requests under way want their turns, too. */
const MOST_AT_ONCE = 64;

/** What goes with a connection: its number among the worker's, and its slot in the table. */
export interface Ticket {
  readonly id: number;
  readonly slot: number;
}

/** Both ends; the second is the worker's to inherit. */
export function connectionChannel(): { ours: Descriptor; theirs: Descriptor } {
  const [ours, theirs] = socketPair();
  return { ours, theirs };
}

/** Gives a worker a copy of a connection. */
export function sendConnection(channel: Descriptor, { id, slot }: Ticket, connection: Descriptor): Sent {
  const words = Uint32Array.of(id, slot);
  return send(channel, new Uint8Array(words.buffer), [connection.fd], false);
}

/** Gets each connection; undefined where this process had no descriptor free for it. */
export type TakeConnection = (ticket: Ticket, connection: Descriptor | undefined) => void;

/** Takes connections as they come, until its end is closed. */
export class ConnectionReceiver implements Disposable {
  readonly #channel: Descriptor;
  readonly #readiness: FdReadiness;
  readonly #take: TakeConnection;

  constructor(channel: Descriptor, take: TakeConnection) {
    this.#channel = channel;
    this.#take = take;
    this.#readiness = new FdReadiness(channel.fd);
    this.#readiness.onceReadable(this.#onReadable);
  }

  [Symbol.dispose](): void {
    this.#readiness.close();
    this.#channel.close();
  }

  readonly #onReadable = (): void => {
    for (let taken = 0; taken < MOST_AT_ONCE; taken++) {
      const message = receive(this.#channel, false);
      if (message === "gone") return;
      if (message === "none") break;
      const [id, slot] = new Uint32Array(message.bytes.buffer);
      this.#take({ id: id!, slot: slot! }, message.descriptors[0]);
    }
    this.#readiness.onceReadable(this.#onReadable);
  };
}
