// serve-request.ts: one request from its head to its log line, as a recipe. A VM is made for it and closed behind it.
import type { IncomingMessage, ServerResponse } from "node:http";
import { ConsoleCollector } from "../device/console-sinks.js";
import { FunctionError } from "../function/function-error.js";
import type { ExchangeRequest } from "../monitor/exchange/message.js";
import type { VmEnd } from "../monitor/vm-end.js";
import { Client } from "./client.js";
import { failureOf } from "./guest-failure.js";
import { type Guest, type GuestCost, takeGuest } from "./guests.js";
import { clientGone, HttpFailure } from "./http-failure.js";
import { paramsHeader } from "./params-header.js";
import { refuse } from "./refuse.js";
import { receiveBody } from "./request-body.js";
import { type RequestHead, readRequestHead } from "./request-head.js";
import type { OnRequest } from "./request-record.js";
import { sendResponse } from "./response.js";
import type { Route } from "./route.js";
import type { RouteMatch, RouteTable } from "./routing/route-table.js";
import { letGoOfUpload } from "./unread-upload.js";

/** What all requests of a gateway share. */
export interface Serving {
  readonly routes: RouteTable<Route>;
  readonly onRequest: OnRequest;
  /** No new requests: those under way are the last. */
  draining: boolean;
  /** Those that wait for a VM: each can be told why there will be none. */
  readonly waiting: Set<AbortController>;
  /** Those that have one. */
  running: number;
  /** So many there were. */
  requests: number;
  vms: number;
}

/** Counters of a gateway that has just begun. */
export function noRequests(): Pick<Serving, "waiting" | "running" | "requests" | "vms"> {
  return { waiting: new Set(), running: 0, requests: 0, vms: 0 };
}

export function shuttingDown(): HttpFailure {
  return new HttpFailure(503, "shutting-down", "the gateway is shutting down", { retryAfterSeconds: 1 });
}

/** Console output kept for the log, bytes. */
const CONSOLE_BYTES = 8 * 1024;

/** A request's VM and its number. */
interface NumberedGuest extends Guest {
  readonly number: number;
  /** Lets go of the VM; a second call gives the same promise. */
  readonly release: () => Promise<GuestCost>;
}

/** Answers one request. Rejects only for a bug or a host that fails to close a VM. */
export async function serveRequest(
  serving: Serving,
  incoming: IncomingMessage,
  out: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const number = ++serving.requests;
  const client = new Client(out);
  const output = new ConsoleCollector(CONSOLE_BYTES);
  let guest: NumberedGuest | undefined;
  let cost: GuestCost | undefined;
  let failure: HttpFailure | undefined;
  /** The guest did all that it had to: its VM may serve another request by now. */
  let isServed = false;
  try {
    const { head, match } = admissible(serving, incoming);
    const { route } = match;
    const body = receiveBody(incoming, head.bodyLength, route.bodyBytes);
    if (head.expectsContinue) out.writeContinue();
    const request = exchangeRequest(head, match, body instanceof Promise ? await body : body);
    guest = await takeNumbered(serving, route, client, output);
    const { vm, release } = guest;
    if (client.gone) throw clientGone();
    client.onGone = releaseEarly(release);
    const response = await vm.exchange(request);
    await guest.check(response);
    // A reader may be slow with what the guest has long handed over: it must not keep the VM, nor its place. A small response
    // leaves first.
    const handedOver = new Promise<void>((resolve) => response.body.onceHandedOver(resolve));
    void handedOver.then(() => {
      isServed = vm.end === undefined;
      setImmediate(releaseEarly(release));
    });
    await sendResponse(response, out, { method: head.method, lastOnConnection: serving.draining });
    // The client has its response; a guest may still have work of its own, within its limits.
    await handedOver;
  } catch (error) {
    failure = client.gone ? clientGone() : failureOf(error, isServed ? undefined : guest?.vm);
    refuse(out, failure, number, serving.draining);
  }
  const totalMs = performance.now() - started;
  const status = out.headersSent ? out.statusCode : (failure?.status ?? out.statusCode);
  const end = failure === undefined || isServed ? undefined : (guest?.vm.end ?? endOf(failure));
  letGoOfUpload(incoming);
  try {
    if (guest !== undefined) cost = await guest.release();
  } finally {
    serving.onRequest({
      request: number,
      method: incoming.method!,
      path: incoming.url!.split("?", 1)[0]!,
      status,
      totalMs,
      vm: guest?.number,
      cost,
      failure,
      end,
      console: output.text(),
    });
  }
}

/** Waits for a VM: no longer than the client, nor than the gateway serves. */
async function takeNumbered(
  serving: Serving,
  { fn }: Route,
  client: Client,
  output: ConsoleCollector,
): Promise<NumberedGuest> {
  const wait = new AbortController();
  client.onGone = () => wait.abort(clientGone());
  if (client.gone) throw clientGone();
  serving.waiting.add(wait);
  try {
    const guest = await takeGuest(fn, { console: output.sink, signal: wait.signal });
    serving.running++;
    let released: Promise<GuestCost> | undefined;
    const release = (): Promise<GuestCost> => {
      released ??= guest.release().finally(() => serving.running--);
      return released;
    };
    return { ...guest, number: ++serving.vms, release };
  } finally {
    serving.waiting.delete(wait);
  }
}

/** How the VM ended that did not come to its first request. */
function endOf({ cause }: HttpFailure): VmEnd | undefined {
  return cause instanceof FunctionError ? cause.end : undefined;
}

/** For listeners: whoever serves the request awaits the same promise, and hears of a failure. */
function releaseEarly(release: () => Promise<unknown>): () => void {
  return () => {
    release().catch(() => {});
  };
}

/** Everything that can be refused before anything is spent on the request. */
function admissible(
  serving: Serving,
  incoming: IncomingMessage,
): { head: RequestHead; match: RouteMatch<Route> } {
  if (serving.draining) throw shuttingDown();
  const head = readRequestHead(incoming);
  const match = serving.routes.match(head.authority, head.target);
  if (match === undefined) throw new HttpFailure(404, "not-found", "no route has this path");
  return { head, match };
}

function exchangeRequest(
  head: RequestHead,
  { params }: RouteMatch<Route>,
  body: ExchangeRequest["body"],
): ExchangeRequest {
  const { method, origin, target, bodyLength } = head;
  const headers = [...head.headers, ...paramsHeader(params)];
  const request = { method, origin, target, headers };
  if (body === undefined) return request;
  return bodyLength === undefined ? { ...request, body } : { ...request, body, bodyLength };
}
