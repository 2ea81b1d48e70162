// guest-answer.ts: one request answered by a guest: a VM is taken for it, has it, and is let go of as soon as it is done.
import type { IncomingMessage, ServerResponse } from "node:http";
import { ConsoleCollector } from "../device/console-sinks.js";
import type { ExchangeRequest } from "../monitor/exchange/message.js";
import { nextBatch } from "./batch.js";
import type { Client } from "./client.js";
import { Guest, type GuestCost } from "./guests.js";
import { serverTiming } from "./http/server-timing.js";
import { clientGone } from "./http-failure.js";
import { paramsHeader } from "./params-header.js";
import { receiveBody } from "./request-body.js";
import type { RequestHead } from "./request-head.js";
import { sendResponse } from "./response.js";
import { mayHaveBody } from "./response-head.js";
import type { FunctionRoute } from "./route.js";
import type { RouteMatch } from "./routing/route-table.js";
import type { Serving } from "./serve-request.js";
import { Upload } from "./upload.js";

/** Console output kept for the log, bytes. */
const CONSOLE_BYTES = 8 * 1024;

/** The two ends of a request on its connection. */
export interface Connection {
  readonly incoming: IncomingMessage;
  readonly out: ServerResponse;
  readonly client: Client;
}

export class GuestAnswer {
  readonly #serving: Serving;
  readonly #connection: Connection;
  readonly #requestId: string;
  readonly output = new ConsoleCollector(CONSOLE_BYTES);
  guest: Guest | undefined;
  /** The guest did all that it had to: its VM may serve another request by now. */
  isServed = false;
  #released: Promise<GuestCost> | undefined;
  #upload: Upload | undefined;

  constructor(serving: Serving, connection: Connection, requestId: string) {
    this.#serving = serving;
    this.#connection = connection;
    this.#requestId = requestId;
  }

  /** Whether the guest came to its end while it waited for the request's body. */
  get awaitedBody(): boolean {
    return this.#upload?.wasAwaited === true;
  }

  /** Lets a guest answer. Whoever called releases it, however this ends. */
  async send(head: RequestHead, { route, params }: RouteMatch<FunctionRoute>): Promise<void> {
    const { incoming, out, client } = this.#connection;
    const body = receiveBody(incoming, head.bodyLength, route.bodyBytes);
    if (body instanceof Upload) this.#upload = body;
    if (head.expectsContinue) out.writeContinue();
    const request = this.#request(head, params, body instanceof Promise ? await body : body);
    const batch = await nextBatch();
    const taken = this.#take(route);
    const guest = taken instanceof Promise ? await taken : taken;
    const { vm } = guest;
    if (client.gone) throw clientGone();
    client.onGone = this.#releaseEarly;
    const response = await vm.exchange(request);
    const checking = guest.check(response);
    if (checking !== undefined) await checking;
    // A reader may be slow with what the guest has long handed over: it must not keep the VM, nor its place. A small response
    // leaves first, unless others wait for the VM.
    const handedOver = new Promise<void>((resolve) =>
      response.body.onceHandedOver(() => {
        this.isServed = vm.end === undefined;
        // Not at once: the guest is in the midst of the call by which it waits for the next request.
        if (batch.othersRun) queueMicrotask(this.#releaseEarly);
        else setImmediate(this.#releaseEarly);
        resolve();
      }),
    );
    if (batch.othersRun) await batch.ran;
    try {
      const sending = sendResponse(response, out, {
        client,
        method: head.method,
        lastOnConnection: this.#serving.draining,
        ownHeaders: () => this.#ownHeaders(guest),
      });
      if (sending !== undefined) await sending;
      // A guest that goes on writing what nobody will read would do so until it has used up its time.
      else if (!mayHaveBody(head.method, response.status))
        setImmediate(() => {
          if (!response.body.isOver) this.#releaseEarly();
        });
    } catch (error) {
      throw guest.brokenOff(error);
    }
    // The client has its response; a guest may still have work of its own, within its limits.
    await handedOver;
  }

  /** Lets go of the VM, if there is one; a second call gives the same promise. */
  release(): Promise<GuestCost> | undefined {
    if (this.guest !== undefined) this.#released ??= this.#giveBack(this.guest);
    return this.#released;
  }

  #ownHeaders(guest: Guest): readonly string[] {
    const id = ["x-request-id", this.#requestId];
    return this.#serving.serverTiming ? [...id, "server-timing", serverTiming(guest.soFar())] : id;
  }

  #request(
    head: RequestHead,
    params: Readonly<Record<string, string>>,
    body: ExchangeRequest["body"],
  ): ExchangeRequest {
    const { method, origin, target, bodyLength } = head;
    const id: [string, string] = ["mayfly-request-id", this.#requestId];
    const headers = [...head.headers, id, ...paramsHeader(params)];
    const request = { method, origin, target, headers };
    if (body === undefined) return request;
    return bodyLength === undefined ? { ...request, body } : { ...request, body, bodyLength };
  }

  /** Waits for a VM, if it must: no longer than the client, nor than the gateway serves. */
  #take({ fn }: FunctionRoute): Guest | Promise<Guest> {
    const serving = this.#serving;
    const { client } = this.#connection;
    let wait: AbortController | undefined;
    // Most requests find a VM at once: what is made for a wait, and taken apart again, would cost them as much as the VM's being there.
    const signal = (): AbortSignal => {
      const begun = new AbortController();
      wait = begun;
      client.onGone = () => begun.abort(clientGone());
      serving.waiting.add(begun);
      return begun.signal;
    };
    const waited = (): void => {
      if (wait !== undefined) serving.waiting.delete(wait);
    };
    const hold = (guest: Guest): Guest => {
      serving.running++;
      this.guest = guest;
      return guest;
    };
    if (client.gone) throw clientGone();
    try {
      const taken = Guest.take(fn, { console: this.output.sink, signal });
      return taken instanceof Promise ? taken.finally(waited).then(hold) : hold(taken);
    } catch (error) {
      waited();
      throw error;
    }
  }

  async #giveBack(guest: Guest): Promise<GuestCost> {
    try {
      return await guest.release();
    } finally {
      this.#serving.running--;
    }
  }

  /** For listeners: whoever serves the request awaits the same promise, and hears of a failure. */
  readonly #releaseEarly = (): void => {
    this.release()?.catch(() => {});
  };
}
