// queued-response.ts: what concerns several requests that a client sent at once: their responses have their turns, one after the other.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { isHttp2 } from "./is-http2.js";

/** The response to a connection's last request. On the socket: a WeakMap would change with each request, which is work for V8's collector. */
const LAST = Symbol("last response");

interface Answering extends Duplex {
  [LAST]?: ServerResponse;
}

/** Those of each connection whose turn has not come. */
const queued = new WeakMap<Duplex, Set<ServerResponse>>();

/** For every request of HTTP/1.1, before anything is done for it. */
export function noteResponse(request: IncomingMessage, response: ServerResponse): void {
  if (isHttp2(request)) return;
  const { socket } = request;
  (socket as Answering)[LAST] = response;
  // A response that has its turn hears from Node when its connection is gone. The others would never be over.
  if (response.socket === null) hearEnd(socket, response);
}

/** Lets a response tell of its connection's end ("close") although its turn has not come. */
function hearEnd(socket: Duplex, response: ServerResponse): void {
  let waiting = queued.get(socket);
  if (waiting === undefined) {
    const all = new Set<ServerResponse>();
    queued.set(socket, all);
    socket.once("close", () => {
      for (const each of all) if (each.socket === null && !each.closed) each.destroy().emit("close");
    });
    waiting = all;
  }
  waiting.add(response);
  response.once("close", () => waiting.delete(response));
}

/** The response to the last request that came by a connection, answered or not. */
export function lastResponse(socket: Duplex): ServerResponse | undefined {
  return (socket as Answering)[LAST];
}
