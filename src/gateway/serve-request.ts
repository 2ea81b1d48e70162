// serve-request.ts: one request from its head to its log line, as a recipe. A VM is made for it and closed behind it.
import type { IncomingMessage, ServerResponse } from "node:http";
import { ConsoleCollector } from "../device/console-sinks.js";
import type { ExchangeRequest } from "../monitor/exchange/message.js";
import type { Monitor } from "../monitor/monitor.js";
import type { Admission } from "./admission.js";
import { Client } from "./client.js";
import { failureOf } from "./guest-failure.js";
import type { Guest, GuestCost } from "./guests.js";
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
  readonly monitor: Monitor;
  readonly routes: RouteTable<Route>;
  readonly admission: Admission;
  readonly onRequest: OnRequest;
  /** No new requests: those under way are the last. */
  draining: boolean;
  requests: number;
  vms: number;
}

/** Console output kept for the log, bytes. */
const CONSOLE_BYTES = 8 * 1024;

/** A request's VM that has a place. */
interface AdmittedGuest extends Guest {
  readonly number: number;
  /** Lets go of the VM and makes room for the next; a second call gives the same promise. */
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
  let guest: AdmittedGuest | undefined;
  let cost: GuestCost | undefined;
  let failure: HttpFailure | undefined;
  let hasPlace = false;
  /** The guest did all that it had to: its VM may serve another request by now. */
  let isServed = false;
  try {
    const { head, match } = admissible(serving, incoming);
    const { route } = match;
    const body = receiveBody(incoming, head.bodyLength, route.bodyBytes);
    if (head.expectsContinue) out.writeContinue();
    const request = exchangeRequest(head, match, body instanceof Promise ? await body : body);
    await serving.admission.enter(client);
    hasPlace = true;
    if (client.gone) throw clientGone();
    guest = admitted(await route.guests.take(output.sink), ++serving.vms, serving.admission);
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
  const end = failure === undefined || isServed ? undefined : guest?.vm.end;
  letGoOfUpload(incoming);
  try {
    if (guest !== undefined) cost = await guest.release();
    else if (hasPlace) serving.admission.leave();
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

function admitted(guest: Guest, number: number, admission: Admission): AdmittedGuest {
  let released: Promise<GuestCost> | undefined;
  const release = (): Promise<GuestCost> => {
    released ??= guest.release().finally(() => admission.leave());
    return released;
  };
  return { ...guest, number, release };
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
  if (serving.draining)
    throw new HttpFailure(503, "shutting-down", "the gateway is shutting down", { retryAfterSeconds: 1 });
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
