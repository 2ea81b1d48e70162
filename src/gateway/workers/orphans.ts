// orphans.ts: what becomes of a dead worker's connections: another worker's, answered with 502, or broken off.
import type { Socket } from "node:net";
import type { Descriptor } from "../../linux/descriptor.js";
import { wholeResponse } from "../http/refused-connection.js";
import { HttpFailure } from "../http-failure.js";
import { socketOf } from "./connection-socket.js";
import { requestsOf, SlotState } from "./connection-table.js";

/** How long a client may go on sending before the connection is cut, ms: data that arrives after that would take the response back. */
const LINGER_MS = 2000;
/** A request that was sent while its worker died is in the socket's buffer by then, ms. */
const UNREAD_MS = 50;

/** What the client is told; its request may have been carried out, so that nobody asks again on its behalf. */
const died = (): string =>
  wholeResponse(
    new HttpFailure(502, "worker-died", "the process that had the request ended before it had answered"),
  );
const nobody = (): string =>
  wholeResponse(
    new HttpFailure(503, "overload", "no process is there to take the request", {
      reason: "no-worker",
      retryAfterSeconds: 1,
    }),
  );

/**
 * Settles one connection whose worker is gone.
 *
 * @param state what the worker was doing on it
 * @param handOver takes a connection from which nothing was read
 * @returns requests that are lost: answered with 502, or broken off
 */
export function settleOrphan(
  connection: Descriptor,
  state: number,
  handOver: (connection: Descriptor) => void,
): number | Promise<number> {
  switch (state) {
    case SlotState.untouched:
      handOver(connection);
      return 0;
    case SlotState.waiting:
      answer(silentSocketOf(connection), died());
      return 1;
    case SlotState.idle:
      return closeIdle(silentSocketOf(connection));
    case SlotState.responding:
      // Half a response cannot be taken back: its end must not look like one.
      silentSocketOf(connection)?.resetAndDestroy();
      return 1;
    default:
      // TLS has an end of its own, which nobody can say any more.
      connection.close();
      return requestsOf(state);
  }
}

/** No worker can take it. */
export function refuse(connection: Descriptor): void {
  answer(silentSocketOf(connection), nobody());
}

/** One on which an error means that its client has left. */
function silentSocketOf(connection: Descriptor): Socket | undefined {
  return socketOf(connection, true)?.on("error", () => {});
}

function answer(socket: Socket | undefined, response: string): void {
  if (socket === undefined) return;
  socket.end(response);
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(cut)).once("end", () => socket.destroySoon());
}

/** Between two requests a server may close; but a request may have been on its way to the worker. Resolves with how many there were. */
function closeIdle(socket: Socket | undefined): number | Promise<number> {
  if (socket === undefined) return 0;
  return new Promise((resolve) => {
    const settle = (response: string, requests: number): void => {
      clearTimeout(close);
      socket.off("data", onData);
      answer(socket, response);
      resolve(requests);
    };
    const close = setTimeout(() => settle("", 0), UNREAD_MS);
    const onData = (): void => settle(died(), 1);
    socket.on("data", onData);
  });
}
