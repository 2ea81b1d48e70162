// supervisor-event.ts: what a supervisor tells about its workers, for the log. Types, and each as one line of text.

export type SupervisorEvent =
  | { kind: "worker-ready"; worker: number; pid: number | undefined; ms: number; walls: string }
  /** It gave no sign of life for so long, and is killed. That it died is told next. */
  | { kind: "worker-hung"; worker: number; pid: number | undefined; silentMs: number }
  | {
      kind: "worker-died";
      worker: number;
      pid: number | undefined;
      status: number | null;
      signal: NodeJS.Signals | null;
      /** Requests under way: answered with 502, or broken off within their response. */
      lost: number;
      /** When another is started, ms. */
      restartMs: number;
    }
  /** It ended before it had written a line of its log to the end: `text` is how that began. */
  | { kind: "worker-line-broken"; worker: number; text: string }
  /** It wrote to its standard error: an engine says there why it ends. Cut. */
  | { kind: "worker-stderr"; worker: number; text: string }
  | { kind: "worker-failed"; worker: number; error: unknown }
  /** No new connection can be taken. Told again only after a while without. */
  | { kind: "connections-wait"; error: unknown }
  /** A worker has no descriptor for new connections, which are answered with 503. Told again only after a while without. */
  | { kind: "connections-refused"; worker: number }
  /** Workers that drained had no more time: so many requests had not ended. */
  | { kind: "broken-off"; requests: number }
  | { kind: "reloaded" }
  | { kind: "reload-failed"; error: unknown };

/** For people. */
export function describeEvent(event: SupervisorEvent): string {
  switch (event.kind) {
    case "worker-ready":
      return `worker ${event.worker} (process ${event.pid}) ready after ${event.ms} ms, behind ${event.walls}`;
    case "worker-hung":
      return `worker ${event.worker} (process ${event.pid}) hangs: no sign of life for ${event.silentMs} ms; it is killed`;
    case "worker-died": {
      const how = event.signal ?? `exit status ${event.status}`;
      const next = event.restartMs === 0 ? "another starts" : `another starts in ${event.restartMs} ms`;
      return `worker ${event.worker} (process ${event.pid}) died: ${how}, ${event.lost} requests lost; ${next}`;
    }
    case "worker-line-broken":
      return `worker ${event.worker} ended within a line of its log: ${event.text}`;
    case "worker-stderr":
      return `worker ${event.worker} wrote to its standard error`;
    case "worker-failed":
      return `worker ${event.worker} could not start: ${messageOf(event.error)}`;
    case "connections-wait":
      return `new connections have to wait: ${messageOf(event.error)}`;
    case "connections-refused":
      return `worker ${event.worker} has no descriptors left: new connections are answered with 503`;
    case "broken-off":
      return `the time of workers that drained is over: ${event.requests} requests had not ended, and were broken off`;
    case "reloaded":
      return "reloaded: the new workers have taken over";
    case "reload-failed":
      return `reload failed, the old workers go on: ${messageOf(event.error)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
