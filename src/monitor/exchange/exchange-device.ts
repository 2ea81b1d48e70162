// exchange-device.ts: the exchange hypercall: hands requests to the guest and takes its responses (docs/abi.md).
import {
  Exchange,
  MAYFLY_ABANDON_MAX,
  MAYFLY_EXCHANGE_ABANDON,
  MAYFLY_EXCHANGE_BUFFER_MIN,
  MAYFLY_EXCHANGE_END,
  MAYFLY_EXCHANGE_MORE,
  MAYFLY_EXCHANGE_NEXT,
  MAYFLY_EXCHANGE_PIO,
  MAYFLY_EXCHANGE_READ,
  MAYFLY_EXCHANGE_TRY_READ,
  MAYFLY_EXCHANGE_WRITE,
  MAYFLY_READY_BODY,
} from "../../abi/exchange.js";
import { SOLO5_R_AGAIN, SOLO5_R_OK } from "../../abi/hypercalls.js";
import { Argument } from "../../device/argument.js";
import type { Answers, Device } from "../../device/device.js";
import type { ReadySource } from "../../device/ready-source.js";
import { MayflyError } from "../../errors.js";
import type { GuestMemory } from "../../machine/memory.js";
import { GuestEnded } from "../vm-end.js";
import type { ExchangeRequest, ExchangeResponse } from "./message.js";
import { writeRequestHead } from "./request-head.js";
import { violation } from "./response-head.js";
import { Serving } from "./serving.js";

const READY_BODY = 1n << BigInt(MAYFLY_READY_BODY);

/** Answers port 0x700. One request at a time. */
export class ExchangeDevice implements Device, ReadySource {
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
  readonly #onServed: () => void;

  /** @param onServed called when the guest is done with a request or with its start, or will never be */
  constructor(onServed: () => void = () => {}) {
    this.#onServed = onServed;
  }

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
      this.#waiting = new Serving(request, resolve, reject);
      this.#deliver?.();
    });
  }

  /** The guest is over: whoever still waits for a response gets this error, which is made only then. */
  fail(makeError: () => unknown): void {
    this.#onServed();
    for (const request of [this.#waiting, this.#serving]) {
      if (request === undefined) continue;
      request.fail(makeError());
    }
    this.#waiting = undefined;
    this.#serving = undefined;
    for (const listener of this.#idleListeners.splice(0)) listener.reject(makeError());
    this.close();
  }

  /** The body's bit, once a piece is here for which the guest was told to wait. */
  readyHandles(): bigint {
    if (this.#serving?.awaitsBody !== true) return 0n;
    const { atHand, more, hasFailed } = this.#serving.body;
    return atHand || !more || hasFailed ? READY_BODY : 0n;
  }

  onceReadable(listener: () => void): () => void {
    const serving = this.#serving;
    if (serving?.awaitsBody !== true) return () => {};
    return serving.body.onceFilled(listener);
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
      case MAYFLY_EXCHANGE_TRY_READ:
        return this.#tryRead(memory);
      case MAYFLY_EXCHANGE_END:
        return this.#complete(memory);
      case MAYFLY_EXCHANGE_ABANDON:
        return this.#abandon(memory);
      default:
        throw violation(`operation: got ${argument.u32("operation")}, expected 1 to 6`);
    }
  }

  #next(memory: GuestMemory): void | Promise<void> {
    const served = this.#serving;
    if (served === undefined) {
      if (this.#argument.u64("head_len") + this.#argument.u64("body_len") > 0)
        throw violation("NEXT with a response, and there was no request");
    } else {
      const taken = served.take(this.#argument, memory, false);
      if (!served.hasHead) throw violation("NEXT without a response");
      if (taken !== undefined) return taken.then(() => this.#endAndWait(memory, served));
    }
    return this.#endAndWait(memory, served);
  }

  /** Ends the response, if there was a request, and waits for the next one. */
  #endAndWait(memory: GuestMemory, served: Serving | undefined): void | Promise<void> {
    served?.end();
    this.#serving = undefined;
    this.#onServed();
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

  #tryRead(memory: GuestMemory): void {
    const serving = this.#current("TRY_READ");
    const { body } = serving;
    body.throwFailure();
    serving.awaitsBody = body.more && !body.atHand;
    if (serving.awaitsBody) this.#finish(0, 0, true, SOLO5_R_AGAIN);
    else this.#finish(0, body.takeInto(this.#buffer(memory)), body.more);
  }

  #write(memory: GuestMemory): void | Promise<void> {
    const serving = this.#current("WRITE");
    const full = serving.take(this.#argument, memory, true);
    if (!serving.hasHead) throw violation("WRITE of a body before the head");
    if (full === undefined) return this.#finish(0, 0, serving.body.more);
    return full.then(() => this.#finish(0, 0, serving.body.more));
  }

  #complete(memory: GuestMemory): void | Promise<void> {
    const serving = this.#current("END");
    const taken = serving.take(this.#argument, memory, false);
    if (!serving.hasHead) throw violation("END without a response");
    const end = (): void => {
      serving.complete();
      this.#finish(0, 0, serving.body.more);
    };
    return taken === undefined ? end() : taken.then(end);
  }

  #abandon(memory: GuestMemory): never {
    if (!this.#current("ABANDON").hasHead) throw violation("ABANDON before the head");
    const length = this.#argument.u64("body_len");
    if (length > MAYFLY_ABANDON_MAX)
      throw violation(`body_len of ABANDON: got ${length}, expected at most ${MAYFLY_ABANDON_MAX}`);
    const told =
      length === 0
        ? ""
        : Buffer.from(memory.readable(this.#argument.u64("body"), length, "reason")).toString();
    throw new GuestEnded({
      reason: "response-abandoned",
      status: 1,
      message: "the guest abandoned its response",
      report: undefined,
      told,
    });
  }

  #current(operation: string): Serving {
    if (this.#serving === undefined) throw violation(`${operation} without a request`);
    return this.#serving;
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

  #finish(headLength: number, bodyLength: number, more: boolean, result = SOLO5_R_OK): void {
    const argument = this.#argument;
    argument.setU64("request_head_len", BigInt(headLength));
    argument.setU64("request_body_len", BigInt(bodyLength));
    argument.setU32("flags", more ? MAYFLY_EXCHANGE_MORE : 0);
    argument.setI32("ret", result);
    argument.store();
  }
}
