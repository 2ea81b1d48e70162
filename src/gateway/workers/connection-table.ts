// connection-table.ts: what a worker does on each of its connections, and that it does anything, in memory that the supervisor can read whatever becomes of the worker.
import { Descriptor } from "../../linux/descriptor.js";
import { type Mapping, mapShared } from "../../linux/mapping.js";
import { createMemory } from "../../linux/memfd.js";

/** Connections of one worker that have a place; more are served, and broken off if the worker dies. */
export const TABLE_SLOTS = 16_384;

/** Behind the slots: a number that changes as long as the worker's event loop turns. */
const PULSE = TABLE_SLOTS;
const TABLE_BYTES = TABLE_SLOTS + 1;

/** What stands in a slot. */
export const SlotState = {
  /** Handed over; the worker has not touched it. */
  untouched: 0,
  /** No request is under way, or none is read to the end of its head. */
  idle: 1,
  /** A request was read, and no byte of its response is written. */
  waiting: 2,
  /** A response has begun. */
  responding: 3,
  /** TLS or HTTP/2: nobody but this worker can say anything on it. This, and one more for each request under way. */
  opaque: 4,
} as const;
/** What a byte can say. */
const MOST = 255;

/** Requests under way on a connection, as far as its slot tells: of HTTP/1.1's that came one behind the other the first. */
export function requestsOf(state: number): number {
  if (state >= SlotState.opaque) return state - SlotState.opaque;
  return state >= SlotState.waiting ? 1 : 0;
}

/** A byte a connection. One process writes a slot at a time: the supervisor before it hands over, then the worker. */
export class ConnectionTable implements Disposable {
  readonly memory: Descriptor;
  readonly #mapping: Mapping;

  private constructor(memory: Descriptor) {
    this.memory = memory;
    this.#mapping = mapShared(memory.fd, TABLE_BYTES, "a worker's connections");
  }

  /** A new one; its descriptor is the worker's to inherit. */
  static create(): ConnectionTable {
    return new ConnectionTable(createMemory("mayfly-connections", TABLE_BYTES));
  }

  /** The one that this process inherited. */
  static inherited(fd: number): ConnectionTable {
    return new ConnectionTable(new Descriptor(fd));
  }

  read(slot: number): number {
    return slot < TABLE_SLOTS ? this.#mapping.bytes[slot]! : SlotState.opaque;
  }

  write(slot: number, state: number): void {
    if (slot < TABLE_SLOTS) this.#mapping.bytes[slot] = Math.min(state, MOST);
  }

  /** The worker's sign of life. */
  beat(): void {
    this.#mapping.bytes[PULSE]! += 1;
  }

  /** Another number than before when the worker has given a sign of life since then. */
  get pulse(): number {
    return this.#mapping.bytes[PULSE] ?? 0;
  }

  [Symbol.dispose](): void {
    this.#mapping.close();
    this.memory.close();
  }
}
