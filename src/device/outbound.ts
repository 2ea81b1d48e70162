// outbound.ts: requests to the outside towards the guest: handles, pieces and results. Who sends them is a client's matter.
import { SOLO5_R_AGAIN, SOLO5_R_EINVAL, SOLO5_R_OK } from "../abi/hypercalls.js";
import {
  MAYFLY_OUTBOUND_CLOSE,
  MAYFLY_OUTBOUND_HEAD_MAX,
  MAYFLY_OUTBOUND_MAX,
  MAYFLY_OUTBOUND_MORE,
  MAYFLY_OUTBOUND_OPEN,
  MAYFLY_OUTBOUND_PIO,
  MAYFLY_OUTBOUND_READ,
  MAYFLY_OUTBOUND_WRITE,
  MAYFLY_READY_OUTBOUND,
  Outbound,
} from "../abi/outbound.js";
import { MayflyError } from "../errors.js";
import type { GuestMemory } from "../machine/memory.js";
import { Argument } from "./argument.js";
import type { Answers, Device } from "./device.js";
import { OutboundCall } from "./outbound-call.js";
import type { OutboundClient } from "./outbound-client.js";
import { readRequestHead, violation } from "./outbound-head.js";
import type { ReadySource } from "./ready-source.js";

/** So much of all bodies that are to be sent is kept for one guest, bytes: they are copied, and wait for the network. */
const HELD_BYTES_MAX = 16 << 20;

/** Makes the client for one request that a guest answers. */
export type OpenOutboundClient = () => OutboundClient;

/** Answers port 0x701. A handle that is not open gets EINVAL; a range that the guest may not use ends the guest. */
export class OutboundDevice implements Device, ReadySource {
  readonly answers: Answers = new Map([
    [MAYFLY_OUTBOUND_PIO, (memory, address) => this.#answer(memory, address)],
  ]);
  readonly #openClient: OpenOutboundClient;
  readonly #argument = new Argument(Outbound);
  readonly #calls: (OutboundCall | undefined)[] = Array.from({ length: MAYFLY_OUTBOUND_MAX });
  #client: OutboundClient | undefined;
  /** Whether the guest was told to come again with a new request. */
  #awaitsHandle = false;
  #listener: (() => void) | undefined;

  constructor(openClient: OpenOutboundClient) {
    this.#openClient = openClient;
  }

  readyHandles(): bigint {
    let ready = 0n;
    for (const [handle, call] of this.#calls.entries())
      if (call === undefined ? this.#awaitsHandle : call.isReady)
        ready |= 1n << BigInt(MAYFLY_READY_OUTBOUND + handle);
    return ready;
  }

  onceReadable(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  /** The guest has answered its request: whatever it still asked for is given up, and the next request has limits of its own. */
  close(): void {
    for (const [handle, call] of this.#calls.entries()) {
      call?.close();
      this.#calls[handle] = undefined;
    }
    this.#client = undefined;
    this.#awaitsHandle = false;
  }

  #answer(memory: GuestMemory, address: number): void {
    const argument = this.#argument;
    argument.acquire(memory, address);
    argument.setU32("out_flags", 0);
    argument.setI32("ret", this.#result(memory));
    argument.store();
  }

  #result(memory: GuestMemory): number {
    const operation = this.#argument.u32("operation");
    if (operation === MAYFLY_OUTBOUND_OPEN) return this.#open(memory);
    const handle = this.#argument.u32("handle");
    const call = this.#calls[handle];
    if (call === undefined) return SOLO5_R_EINVAL;
    switch (operation) {
      case MAYFLY_OUTBOUND_WRITE:
        return this.#write(memory, call);
      case MAYFLY_OUTBOUND_READ:
        return this.#read(memory, handle, call);
      case MAYFLY_OUTBOUND_CLOSE:
        call.close();
        this.#calls[handle] = undefined;
        return SOLO5_R_OK;
      default:
        throw violation(`operation: got ${operation}, expected 1 to 4`);
    }
  }

  #open(memory: GuestMemory): number {
    const argument = this.#argument;
    const bytes = memory.readable(argument.u64("head"), argument.u64("head_len"), "outbound head");
    const head = readRequestHead(bytes);
    const piece = this.#piece(memory);
    const handle = this.#calls.indexOf(undefined);
    this.#awaitsHandle = handle < 0;
    if (handle < 0) return SOLO5_R_AGAIN;
    this.#client ??= this.#openClient();
    const mayHold = this.#mayHold(piece);
    this.#calls[handle] = new OutboundCall(mayHold ? this.#client : refusing, head, {
      first: mayHold ? piece : piece.subarray(0, 0),
      more: this.#more,
      onReady: () => this.#listener?.(),
    });
    argument.setU32("handle", handle);
    return SOLO5_R_OK;
  }

  #write(memory: GuestMemory, call: OutboundCall): number {
    const piece = this.#piece(memory);
    if (!this.#mayHold(piece)) call.fail(tooMuch());
    return call.write(piece, this.#more) ? SOLO5_R_OK : SOLO5_R_AGAIN;
  }

  #read(memory: GuestMemory, handle: number, call: OutboundCall): number {
    const argument = this.#argument;
    const length = argument.u64("buffer_len");
    if (length < MAYFLY_OUTBOUND_HEAD_MAX)
      throw violation(`buffer_len: got ${length}, expected at least ${MAYFLY_OUTBOUND_HEAD_MAX}`);
    const buffer = memory.writable(argument.u64("buffer"), length, "outbound buffer");
    const told = call.read(length);
    if (told === undefined) return SOLO5_R_AGAIN;
    if (call.isLast(told)) this.#calls[handle] = undefined;
    const bytes = told.bytes.subarray(0, length);
    buffer.set(bytes);
    argument.setU64("answer_len", BigInt(bytes.length));
    argument.setU32("out_flags", told.flags);
    return SOLO5_R_OK;
  }

  get #more(): boolean {
    return (this.#argument.u32("in_flags") & MAYFLY_OUTBOUND_MORE) !== 0;
  }

  #piece(memory: GuestMemory): Uint8Array {
    return memory.readable(this.#argument.u64("body"), this.#argument.u64("body_len"), "outbound body");
  }

  #mayHold(piece: Uint8Array): boolean {
    const held = this.#calls.reduce((bytes, call) => bytes + (call?.heldBytes ?? 0), 0);
    return held + piece.length <= HELD_BYTES_MAX;
  }
}

function tooMuch(): MayflyError {
  return new MayflyError(
    "OUTBOUND_LIMIT",
    `fetch: got bodies to send of more than ${HELD_BYTES_MAX} bytes in all, expected fewer at once`,
  );
}

const refusing: OutboundClient = { send: () => Promise.reject(tooMuch()) };
