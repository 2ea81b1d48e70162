// serve-log.ts: what `mayfly serve` prints: lines for people at a terminal, JSON objects (pino) for programs.
import { writeSync } from "node:fs";
import { pino } from "pino";
import type { Gateway } from "../gateway/gateway.js";
import { humanLog } from "../gateway/human-log.js";
import { jsonLog } from "../gateway/json-log.js";
import type { OnRequest } from "../gateway/request-record.js";
import type { Monitor } from "../monitor/monitor.js";
import { LogWriter } from "./log-writer.js";
import { machineNotice } from "./machine-option.js";
import { isBrokenPipe } from "./report-error.js";
import { painter } from "./terminal.js";

export interface ServeLog {
  readonly request: OnRequest;
  /** @param monitor what it makes its VMs on */
  listening(gateway: Gateway, monitor: Pick<Monitor, "machine" | "machineReason">): void;
  draining(signal: string, load: Gateway["load"]): void;
  error(error: unknown): void;
  /** Nothing will follow. The process lives until all is written, or the output fails. */
  close(): void;
}

export function openServeLog(json: boolean): ServeLog {
  return json ? jsonServeLog() : humanServeLog();
}

function humanServeLog(): ServeLog {
  const paint = painter(process.stdout);
  const print = (text: string): void => void process.stdout.write(text);
  return {
    request: humanLog(print, (status, text) =>
      paint(status < 400 ? "green" : status < 500 ? "yellow" : "red", text),
    ),
    listening: (gateway, monitor) => {
      print(`${listeningLine(gateway)}\n`);
      if (gateway.admin?.url !== undefined) print(`dashboard and metrics on ${gateway.admin.url}\n`);
      const notice = machineNotice(monitor);
      if (notice !== undefined) print(`${paint("yellow", notice)}\n`);
    },
    draining: (signal, { vms }) =>
      print(`${signal}: ${vms === 0 ? "closing" : `waiting for ${vms} requests; again to end at once`}\n`),
    error: (error) => print(`${paint("red", "error:")} ${String(error)}\n`),
    close: () => {},
  };
}

/** `listening on http://127.0.0.1:8080 (/hello, /echo)   try: curl http://127.0.0.1:8080/hello` */
function listeningLine({ url, routes }: Gateway): string {
  return `listening on ${url} (${routes.map(({ path }) => path).join(", ")})   try: ${curlExample(url, routes)}`;
}

function curlExample(url: string, routes: Gateway["routes"]): string {
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
    // Whoever read the log has left: as with every other command, that ends it without an error.
    if (isBrokenPipe(error)) process.exit(0);
    // A full disk must not end the service; nobody is left to be told but stderr.
    writeSync(2, `mayfly: write log: ${error.message}\n`);
  });
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, out);
  return {
    request: jsonLog(logger),
    listening: ({ url, routes, admin }, { machine, machineReason }) =>
      logger.info(
        {
          url,
          admin: admin?.url,
          routes: routes.map(({ path }) => path),
          try: curlExample(url, routes),
          machine,
          machineReason,
        },
        "listening",
      ),
    draining: (signal, load) => logger.info({ signal, ...load }, "draining"),
    error: (error) => logger.error({ error: String(error) }, "error"),
    close: () => {},
  };
}
