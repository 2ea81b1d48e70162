// serve-request.ts: one request from its head to its log line, as a recipe: what answers it, and what is told of it.
import type { IncomingMessage, ServerResponse } from "node:http";
import { FunctionError } from "../function/function-error.js";
import type { IpRange } from "../function/outbound/ip-address.js";
import type { VmEnd } from "../monitor/vm-end.js";
import { Client } from "./client.js";
import { Clients } from "./clients.js";
import { GuestAnswer } from "./guest-answer.js";
import { failureOf } from "./guest-failure.js";
import type { GuestCost } from "./guests.js";
import { newRequestId } from "./http/request-id.js";
import { traceContextOf } from "./http/trace-context.js";
import { clientGone, HttpFailure } from "./http-failure.js";
import { breakOffUntaken } from "./patience.js";
import { refuse } from "./refuse.js";
import { type RequestHead, readRequestHead } from "./request-head.js";
import type { OnRequest } from "./request-record.js";
import { type AnyMatch, isStatic, type Route } from "./route.js";
import type { RouteTable } from "./routing/route-table.js";
import { letGoOfUpload } from "./unread-upload.js";
import { answerForWholeServer, isForWholeServer } from "./whole-server.js";

/** Of a header that the log tells, characters. */
const MOST_WORDS = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;
const ALL_CONTROLS = new RegExp(CONTROLS, "g");

/** What all requests of a gateway share. */
export interface Serving {
  readonly routes: RouteTable<Route>;
  readonly onRequest: OnRequest;
  /** Proxies whose forwarded headers count. */
  readonly trusted: readonly IpRange[];
  /** Whether responses tell what they took. */
  readonly serverTiming: boolean;
  /** Each response is its connection's last. */
  draining: boolean;
  /** No new requests, and those under way are broken off. */
  isOver: boolean;
  /** So many were. */
  brokenOff: number;
  /** Of the requests under way. */
  readonly clients: Clients;
  /** Those that wait for a VM: each can be told why there will be none. */
  readonly waiting: Set<AbortController>;
  /** Those that have one. */
  running: number;
  /** So many there were. */
  requests: number;
}

/** Counters of a gateway that has just begun. */
export function noRequests(): Pick<
  Serving,
  "isOver" | "brokenOff" | "clients" | "waiting" | "running" | "requests"
> {
  return { isOver: false, brokenOff: 0, clients: new Clients(), waiting: new Set(), running: 0, requests: 0 };
}

export function shuttingDown(): HttpFailure {
  return new HttpFailure(503, "shutting-down", "the gateway is shutting down", { retryAfterSeconds: 1 });
}

/** The gateway's time is over, and not the client's patience. */
function brokenOff(hasBegun: boolean): HttpFailure {
  if (!hasBegun) return shuttingDown();
  return new HttpFailure(502, "broken-off", "the gateway shut down before the request was answered");
}

/** Answers one request. Rejects only for a bug or a host that fails to close a VM. */
export async function serveRequest(
  serving: Serving,
  incoming: IncomingMessage,
  out: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const number = ++serving.requests;
  const id = newRequestId();
  const peer = incoming.socket.remoteAddress;
  const client = new Client(out);
  const answer = new GuestAnswer(serving, { incoming, out, client }, id);
  let head: RequestHead | undefined;
  let name: string | undefined;
  let cost: GuestCost | undefined;
  let failure: HttpFailure | undefined;
  serving.clients.add(client);
  try {
    if (serving.isOver) throw shuttingDown();
    head = readRequestHead(incoming, serving.trusted);
    const to = { out, client, id, lastOnConnection: serving.draining };
    if (isForWholeServer(head)) answerForWholeServer(to);
    else {
      const match = routeOf(serving, head);
      if (!isStatic(match)) name = match.route.name;
      if (isStatic(match)) await match.route.files.send(head, match.rest ?? "", to);
      else await answer.send(head, match);
    }
  } catch (error) {
    if (client.isCutOff) {
      failure = brokenOff(answer.guest !== undefined);
      serving.brokenOff++;
    } else if (client.gone) failure = clientGone();
    else failure = failureOf(error, answer.isServed ? undefined : answer.guest?.vm);
    if (failure.reason === "wall-time-limit" && answer.awaitedBody) failure = bodyTooSlow(failure);
    refuse(out, failure, id, client, serving.draining);
  }
  const totalMs = performance.now() - started;
  const status = out.headersSent ? out.statusCode : (failure?.status ?? out.statusCode);
  const { guest, isServed, output } = answer;
  const end = failure === undefined || isServed ? undefined : (guest?.vm.end ?? endOf(failure));
  letGoOfUpload(incoming);
  breakOffUntaken(out);
  try {
    cost = await answer.release();
  } finally {
    serving.clients.delete(client);
    serving.onRequest({
      request: number,
      id,
      trace: head && traceContextOf(head.headers),
      client: head?.client ?? peer,
      function: name,
      method: incoming.method!,
      host: head?.authority,
      protocol: incoming.httpVersion,
      userAgent: cut(incoming.headers["user-agent"]),
      clientRequestId: cut(incoming.headers["x-request-id"] as string | undefined),
      path: incoming.url!.split("?", 1)[0]!,
      status,
      totalMs,
      responseBytes: client.receivedBytes,
      vm: guest?.number,
      cost,
      failure,
      end,
      console: output.text(),
    });
  }
}

/** A guest used up its wall time, and it was its client that took it. */
function bodyTooSlow(cause: HttpFailure): HttpFailure {
  const { reason } = cause;
  const message = "the request's body did not come within the wall time of its function";
  return new HttpFailure(408, "request-timeout", message, { ...(reason !== undefined && { reason }), cause });
}

/** A client's words for the log: no more of them than help, and nothing that a terminal obeys. */
function cut(words: string | undefined): string | undefined {
  if (words === undefined || (words.length <= MOST_WORDS && !CONTROLS.test(words))) return words;
  return words.slice(0, MOST_WORDS).replaceAll(ALL_CONTROLS, "\ufffd");
}

/** How the VM ended that did not come to its first request. */
function endOf({ cause }: HttpFailure): VmEnd | undefined {
  return cause instanceof FunctionError ? cause.end : undefined;
}

function routeOf({ routes }: Serving, head: RequestHead): AnyMatch {
  const match = routes.match(head.authority, head.target);
  if (match === undefined) throw new HttpFailure(404, "not-found", "no route has this path");
  return match as AnyMatch;
}
