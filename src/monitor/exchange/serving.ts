// serving.ts: one request that a guest answers: what it gets of it, and what it has handed over so far.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Exchange } from "../../abi/exchange.js";
import type { Argument } from "../../device/argument.js";
import type { GuestMemory } from "../../machine/memory.js";
import { BodyChannel } from "./body-channel.js";
import type { ExchangeRequest, ExchangeResponse } from "./message.js";
import { RequestBody } from "./request-body.js";
import { type CheckedHead, checkRequestHead } from "./request-head.js";
import { decodeResponseHead, violation } from "./response-head.js";

/** A longer piece of a response's body is copied in parts of this size, bytes, and the event loop gets a turn between two. */
const PART_BYTES = 256 * 1024;

export class Serving {
  readonly head: CheckedHead;
  readonly body: RequestBody;
  /** Whether the guest was told that no piece of the body is here yet. */
  awaitsBody = false;
  readonly #response = new BodyChannel();
  readonly #resolve: (response: ExchangeResponse) => void;
  readonly #reject: (error: unknown) => void;
  #hasHead = false;
  #isComplete = false;

  /**
   * @param resolve gets the response, as soon as its head is there
   * @throws MayflyError OPTION_INVALID for a head that no guest can get
   */
  constructor(
    request: ExchangeRequest,
    resolve: (response: ExchangeResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.head = checkRequestHead(request);
    this.body = new RequestBody(request.body);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Whether the response has begun. */
  get hasHead(): boolean {
    return this.#hasHead;
  }

  /**
   * Takes head and body piece of a call's argument, as copies. Both are checked before the receiver learns of either.
   *
   * @param waits whether the guest is to wait for a receiver that is slow: not when this is all that it has to say
   * @throws GuestFault
   */
  take(
    argument: Argument<typeof Exchange.fields>,
    memory: GuestMemory,
    waits: boolean,
  ): void | Promise<void> {
    const headLength = argument.u64("head_len");
    const bodyLength = argument.u64("body_len");
    if (this.#isComplete && headLength + bodyLength > 0) throw violation("a response behind its end");
    if (headLength > 0 && this.#hasHead) throw violation("a second head");
    if (bodyLength > 0 && headLength === 0 && !this.#hasHead) throw violation("a body before the head");
    const head =
      headLength === 0
        ? undefined
        : decodeResponseHead(memory.readable(argument.u64("head"), headLength, "response head"));
    const body =
      bodyLength === 0 ? undefined : memory.readable(argument.u64("body"), bodyLength, "response body");
    if (head !== undefined) {
      this.#hasHead = true;
      this.#resolve({ status: head.status, headers: head.headers, body: this.#response });
    }
    if (body === undefined) return;
    if (body.length > PART_BYTES) return pushInParts(this.#response, body, waits);
    const full = this.#response.push(body.slice());
    if (waits) return full;
  }

  /** The receiver has the whole response; the guest still works. */
  complete(): void {
    this.#isComplete = true;
    this.#response.end();
  }

  /** The guest is done with it. */
  end(): void {
    this.body.cancel();
    this.#response.end();
    this.#response.handOver();
  }

  /** The guest is over before it was done. */
  fail(error: unknown): void {
    this.body.cancel();
    this.#reject(error);
    this.#response.fail(error);
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
