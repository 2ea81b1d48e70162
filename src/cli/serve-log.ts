// serve-log.ts: what `mayfly serve` prints: lines for people at a terminal, JSON objects (pino) for programs.
import { writeSync } from "node:fs";
import { relative } from "node:path";
import { pino } from "pino";
import { MayflyError } from "../errors.js";
import { LogWriter } from "../gateway/log-writer.js";
import type { Service, ServiceEvent } from "../gateway/service/service.js";
import type { LogStyle } from "../gateway/service/worker-config.js";
import { describeEvent } from "../gateway/workers/supervisor-event.js";
import { machineNotice } from "./machine-option.js";
import { isBrokenPipe } from "./report-error.js";
import { painter } from "./terminal.js";

export interface ServeLog {
  /** The same for the workers. */
  readonly style: LogStyle;
  /** Lines of a worker's. */
  lines(lines: string): void;
  event(event: ServiceEvent): void;
  listening(service: Service): void;
  /** @param busy connections on which something is under way */
  draining(signal: string, busy: number): void;
  /** Nothing will follow. The process lives until all is written, or the output fails. */
  close(): void;
}

export function openServeLog(json: boolean): ServeLog {
  return json ? jsonServeLog() : humanServeLog();
}

type Ready = ServiceEvent & { kind: "worker-ready" };

/** Who is ready before the service listens belongs to the line that says so. */
class FirstWorkers {
  readonly ready: Ready[] = [];
  #isListening = false;

  /** @returns whether the event has no line of its own */
  takes(event: ServiceEvent): boolean {
    if (this.#isListening || event.kind !== "worker-ready") return false;
    this.ready.push(event);
    return true;
  }

  listening(): readonly Ready[] {
    this.#isListening = true;
    return this.ready;
  }
}

function humanServeLog(): ServeLog {
  const paint = painter(process.stdout);
  const first = new FirstWorkers();
  const print = (text: string): void => void process.stdout.write(text);
  return {
    style: { json: false, colors: paint("red", "") !== "" },
    lines: print,
    event: (event) => {
      if (first.takes(event)) return;
      const color = COLORS[event.kind];
      const text = describe(event);
      print(`${color === undefined ? text : paint(color, text)}\n`);
    },
    listening: (service) => {
      print(`${listeningLine(service)}\n`);
      if (service.adminUrl !== undefined) print(`dashboard and metrics on ${service.adminUrl}\n`);
      print(`${workersLine(first.listening())}\n`);
      const { kind: machine, reason: machineReason } = service.machine;
      const notice = machineNotice({ machine, machineReason });
      if (notice !== undefined) print(`${paint("yellow", notice)}\n`);
    },
    draining: (signal, busy) =>
      print(
        `${signal}: ${busy === 0 ? "closing" : `waiting for ${counted(busy, "connection")}; again to end at once`}\n`,
      ),
    close: () => {},
  };
}

const COLORS: Partial<Record<ServiceEvent["kind"], "red" | "yellow">> = {
  "worker-hung": "red",
  "worker-died": "red",
  "worker-line-broken": "yellow",
  "worker-failed": "red",
  "worker-stderr": "red",
  "broken-off": "yellow",
  "connections-wait": "yellow",
  "connections-refused": "yellow",
  "reload-failed": "red",
  "needs-restart": "yellow",
  "certificate-out-of-date": "yellow",
};

function describe(event: ServiceEvent): string {
  switch (event.kind) {
    case "reloading":
      return event.changed === undefined
        ? "reloading"
        : `reloading: ${relative(".", event.changed)} has changed`;
    case "needs-restart":
      return `${event.field} has changed: that takes a new start`;
    case "certificate-out-of-date":
      return `${event.file}: ${event.reason}`;
    default:
      return describeEvent(event);
  }
}

/** `2 workers, each behind no_new_privs, seccomp, Landlock ABI 7` */
function workersLine(ready: readonly Ready[]): string {
  const each = ready.length === 1 ? "" : "each ";
  return `${counted(ready.length, "worker")}, ${each}behind ${ready[0]?.walls}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** `listening on http://127.0.0.1:8080 (/hello, /echo)   try: curl http://127.0.0.1:8080/hello` */
function listeningLine({ url, routes }: Service): string {
  return `listening on ${url} (${routes.map(({ path }) => path).join(", ")})   try: ${curlExample(url, routes)}`;
}

function curlExample(url: string, routes: Service["routes"]): string {
  // One that can be asked as it stands, if there is one.
  const { path, hosts } =
    routes.find((route) => route.hosts.length === 0 && !route.path.includes("[")) ?? routes[0]!;
  // Behind the wildcard anything will do: nothing, too. A parameter's name will do for its value.
  const example = path.replace(/\*$/, "").replace(/\[(?:\.{3})?(\w+)\]/g, "$1");
  const host = hosts[0] === undefined ? "" : `-H 'Host: ${hosts[0].replace(/^\*/, "www")}' `;
  return `curl ${host}${url}${example}`;
}

function jsonServeLog(): ServeLog {
  const out = new LogWriter(1, (error) => {
    // Whoever read the log has left. A server without a log must not go on, and who watches over it is to start it again, reader and all.
    if (isBrokenPipe(error)) {
      try {
        writeSync(2, "mayfly: write log: nobody reads it any more; the server ends\n");
      } finally {
        // Errors may have gone the same way.
        process.exit(1);
      }
    }
    // A full disk must not end the service; nobody is left to be told but stderr.
    writeSync(2, `mayfly: write log: ${error.message}\n`);
  });
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, out);
  const first = new FirstWorkers();
  return {
    style: { json: true, colors: false },
    lines: (lines) => out.write(lines),
    event: (event) => {
      if (first.takes(event)) return;
      const level =
        COLORS[event.kind] === "red" ? "error" : COLORS[event.kind] === "yellow" ? "warn" : "info";
      logger[level](eventFields(event), describe(event));
    },
    listening: ({ url, routes, adminUrl, machine }) =>
      logger.info(
        {
          url,
          admin: adminUrl,
          routes: routes.map(({ path }) => path),
          try: curlExample(url, routes),
          machine: machine.kind,
          machineReason: machine.reason,
          workers: first.listening().map(({ worker, pid, ms, walls }) => ({ worker, pid, ms, walls })),
        },
        "listening",
      ),
    draining: (signal, busyConnections) => logger.info({ signal, busyConnections }, "draining"),
    close: () => {},
  };
}

/** An event's own fields, under names that no other line has for something else. */
function eventFields(event: ServiceEvent): Record<string, unknown> {
  const { kind, ...fields } = event;
  if (!("error" in fields)) return { event: kind, ...fields };
  const { error, ...rest } = fields;
  const code = error instanceof MayflyError ? error.code : undefined;
  return {
    event: kind,
    ...rest,
    error: { code, message: error instanceof Error ? error.message : String(error) },
  };
}
