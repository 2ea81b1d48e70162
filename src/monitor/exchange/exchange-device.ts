// exchange-device.ts: the exchange hypercall: hands requests to the guest and takes its responses (docs/abi.md).
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  Exchange,
  MAYFLY_EXCHANGE_BUFFER_MIN,
  MAYFLY_EXCHANGE_MORE,
  MAYFLY_EXCHANGE_NEXT,
  MAYFLY_EXCHANGE_PIO,
  MAYFLY_EXCHANGE_READ,
  MAYFLY_EXCHANGE_WRITE,
} from "../../abi/exchange.js";
import { SOLO5_R_OK } from "../../abi/hypercalls.js";
import { Argument } from "../../device/argument.js";
import type { Answers, Device } from "../../device/device.js";
import { MayflyError } from "../../errors.js";
import type { GuestMemory } from "../../machine/memory.js";
import { BodyChannel } from "./body-channel.js";
import type { ExchangeRequest, ExchangeResponse } from "./message.js";
import { RequestBody } from "./request-body.js";
import { type CheckedHead, checkRequestHead, writeRequestHead } from "./request-head.js";
import { decodeResponseHead, violation } from "./response-head.js";

/** A longer piece of a response's body is copied in parts of this size, bytes, and the event loop gets a turn between two. */
const PART_BYTES = 256 * 1024;

/** A request with everything that its response needs. */
interface Serving {
  readonly head: CheckedHead;
  readonly body: RequestBody;
  readonly response: BodyChannel;
  readonly resolve: (response: ExchangeResponse) => void;
  readonly reject: (error: unknown) => void;
  hasHead: boolean;
}

/** Answers port 0x700. One request at a time. */
export class ExchangeDevice implements Device {
  readonly answers: Answers = new Map([
    [MAYFLY_EXCHANGE_PIO, (memory, address) => this.#exchange(memory, address)],
  ]);
  readonly #argument = new Argument(Exchange);
  #waiting: Serving | undefined;
  #serving: Serving | undefined;
  /** Set while the guest waits in NEXT. */
  #deliver: (() => void) | undefined;
  #closed = false;
  /** Where the argument of the guest's last call lies. */
  #argumentAddress = 0;
  /** Told when the guest waits for a request, or will never again. */
  readonly #idleListeners: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  /** Whether the guest waits for a request. */
  get idle(): boolean {
    return this.#deliver !== undefined;
  }

  /** Whether a request is under way. */
  get busy(): boolean {
    return this.#waiting !== undefined || this.#serving !== undefined;
  }

  /** Where the argument of the guest's last call lies. */
  get argumentAddress(): number {
    return this.#argumentAddress;
  }

  /** Resolves when the guest waits for a request; rejects when it is over before. */
  whenIdle(): Promise<void> {
    if (this.idle) return Promise.resolve();
    return new Promise((resolve, reject) => this.#idleListeners.push({ resolve, reject }));
  }

  /** Guest memory was put back while the guest waited: it waits in the NEXT with its argument at this address now. */
  moveWait(memory: GuestMemory, argumentAddress: number): void {
    this.#argumentAddress = argumentAddress;
    this.#argument.acquire(memory, argumentAddress);
  }

  /** The guest waits in a NEXT that it called in another VM, from which it was copied. */
  resume(memory: GuestMemory, argumentAddress: number): void | Promise<void> {
    this.moveWait(memory, argumentAddress);
    return this.#awaitRequest(memory);
  }

  /**
   * Gives the guest a request; resolves with the response's head as soon as the guest hands it over.
   *
   * @throws MayflyError VM_BUSY when a request is under way
   */
  submit(request: ExchangeRequest): Promise<ExchangeResponse> {
    if (this.busy) return Promise.reject(new MayflyError("VM_BUSY", "the VM serves another request"));
    return new Promise((resolve, reject) => {
      const head = checkRequestHead(request);
      const body = new RequestBody(request.body);
      this.#waiting = { head, body, response: new BodyChannel(), resolve, reject, hasHead: false };
      this.#deliver?.();
    });
  }

  /** The guest is over: whoever still waits for a response gets this error, which is made only then. */
  fail(makeError: () => unknown): void {
    for (const request of [this.#waiting, this.#serving]) {
      if (request === undefined) continue;
      const error = makeError();
      request.body.cancel();
      request.reject(error);
      request.response.fail(error);
    }
    this.#waiting = undefined;
    this.#serving = undefined;
    for (const listener of this.#idleListeners.splice(0)) listener.reject(makeError());
    this.close();
  }

  /** Ends the guest's wait for a request, if it is in one. */
  close(): void {
    this.#closed = true;
    this.#deliver?.();
  }

  #exchange(memory: GuestMemory, address: number): void | Promise<void> {
    const argument = this.#argument;
    argument.acquire(memory, address);
    this.#argumentAddress = address;
    switch (argument.u32("operation")) {
      case MAYFLY_EXCHANGE_NEXT:
        return this.#next(memory);
      case MAYFLY_EXCHANGE_READ:
        return this.#read(memory);
      case MAYFLY_EXCHANGE_WRITE:
        return this.#write(memory);
      default:
        throw violation(`operation: got ${argument.u32("operation")}, expected 1 to 3`);
    }
  }

  #next(memory: GuestMemory): void | Promise<void> {
    const served = this.#serving;
    if (served === undefined) {
      if (this.#argument.u64("head_len") + this.#argument.u64("body_len") > 0)
        throw violation("NEXT with a response, and there was no request");
    } else {
      const taken = this.#takePiece(memory, served, false);
      if (!served.hasHead) throw violation("NEXT without a response");
      if (taken !== undefined) return taken.then(() => this.#endAndWait(memory, served));
    }
    return this.#endAndWait(memory, served);
  }

  /** Ends the response, if there was a request, and waits for the next one. */
  #endAndWait(memory: GuestMemory, served: Serving | undefined): void | Promise<void> {
    served?.body.cancel();
    served?.response.end();
    this.#serving = undefined;
    if (this.#closed) return;
    this.#buffer(memory);
    return this.#awaitRequest(memory);
  }

  #awaitRequest(memory: GuestMemory): void | Promise<void> {
    if (this.#waiting !== undefined) return this.#start(memory);
    return new Promise<void>((resolve) => {
      this.#deliver = () => {
        this.#deliver = undefined;
        if (!this.#closed) this.#start(memory);
        resolve();
      };
      for (const listener of this.#idleListeners.splice(0)) listener.resolve();
    });
  }

  #read(memory: GuestMemory): void | Promise<void> {
    const { body } = this.#current("READ");
    const deliver = (): void => {
      const length = body.takeInto(this.#buffer(memory));
      this.#finish(0, length, body.more);
    };
    const mustWait = body.more && !body.atHand;
    return mustWait ? body.fill().then(deliver) : deliver();
  }

  #write(memory: GuestMemory): void | Promise<void> {
    const serving = this.#current("WRITE");
    const full = this.#takePiece(memory, serving, true);
    if (!serving.hasHead) throw violation("WRITE of a body before the head");
    if (full === undefined) return this.#finish(0, 0, serving.body.more);
    return full.then(() => this.#finish(0, 0, serving.body.more));
  }

  #current(operation: string): Serving {
    if (this.#serving === undefined) throw violation(`${operation} without a request`);
    return this.#serving;
  }

  /**
   * Takes head and body piece of the argument, as copies. Both are checked before the receiver learns of either.
   *
   * @param waits whether the guest is to wait for a receiver that is slow: not when this is all that it has to say
   */
  #takePiece(memory: GuestMemory, serving: Serving, waits: boolean): void | Promise<void> {
    const argument = this.#argument;
    const headLength = argument.u64("head_len");
    const bodyLength = argument.u64("body_len");
    if (headLength > 0 && serving.hasHead) throw violation("a second head");
    if (bodyLength > 0 && headLength === 0 && !serving.hasHead) throw violation("a body before the head");
    const head =
      headLength === 0
        ? undefined
        : decodeResponseHead(memory.readable(argument.u64("head"), headLength, "response head"));
    const body =
      bodyLength === 0 ? undefined : memory.readable(argument.u64("body"), bodyLength, "response body");
    if (head !== undefined) {
      serving.hasHead = true;
      serving.resolve({ status: head.status, headers: head.headers, body: serving.response });
    }
    if (body === undefined) return;
    if (body.length > PART_BYTES) return pushInParts(serving.response, body, waits);
    const full = serving.response.push(body.slice());
    if (waits) return full;
  }

  #buffer(memory: GuestMemory): Uint8Array {
    const length = this.#argument.u64("buffer_len");
    if (length < MAYFLY_EXCHANGE_BUFFER_MIN)
      throw violation(`buffer_len: got ${length}, expected at least ${MAYFLY_EXCHANGE_BUFFER_MIN}`);
    return memory.writable(this.#argument.u64("buffer"), length, "request buffer");
  }

  /** Puts the waiting request into the guest's buffer. */
  #start(memory: GuestMemory): void {
    const request = this.#waiting!;
    this.#waiting = undefined;
    this.#serving = request;
    const buffer = this.#buffer(memory);
    writeRequestHead(request.head, buffer);
    const length = request.body.takeInto(buffer.subarray(request.head.length));
    this.#finish(request.head.length, length, request.body.more);
  }

  #finish(headLength: number, bodyLength: number, more: boolean): void {
    const argument = this.#argument;
    argument.setU64("request_head_len", BigInt(headLength));
    argument.setU64("request_body_len", BigInt(bodyLength));
    argument.setU32("flags", more ? MAYFLY_EXCHANGE_MORE : 0);
    argument.setI32("ret", SOLO5_R_OK);
    argument.store();
  }
}

/** The guest's memory stays as it is meanwhile: a guest makes one hypercall at a time. */
async function pushInParts(response: BodyChannel, body: Uint8Array, waits: boolean): Promise<void> {
  for (let at = 0; at < body.length && !response.isOver; at += PART_BYTES) {
    const full = response.push(body.slice(at, at + PART_BYTES));
    if (waits) await full;
    await nextTurn();
  }
}
