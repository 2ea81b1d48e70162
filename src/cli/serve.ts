// serve.ts: `mayfly serve [FILE|DIR|CONFIG]`: the gateway's service as a command: options, the log, the signals.
import { closeSync, openSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../gateway/config/duration.js";
import { DAY_MS } from "../gateway/config/fields.js";
import type { Overrides } from "../gateway/config/place.js";
import { Service } from "../gateway/service/service.js";
import type { MachineChoice } from "../monitor/open-host.js";
import { machineOption } from "./machine-option.js";
import { openServeLog, type ServeLog } from "./serve-log.js";

interface Options {
  host?: string;
  port?: number;
  adminPort?: number;
  idle?: number;
  workers?: number;
  drainTime?: number;
  drainDelay?: number;
  watch?: true;
  serverTiming?: true;
  json?: true;
  machine: MachineChoice;
  allowProcessIsolation?: true;
}

/** The command, to be added to the program. */
export function serveCommand(): Command {
  return new Command("serve")
    .description(
      "Answers HTTP requests, each in a virtual machine of its own. Ctrl-C lets requests under way end, SIGHUP loads everything anew.",
    )
    .argument(
      "[what]",
      "a handler, a directory of handlers, or a configuration (mayfly.config.ts, mayfly.json)",
      ".",
    )
    .option("--host <host>", "listen on this address, not the config's")
    .option("--port <port>", "listen on this port, not the config's; 0: any free one", parsePort)
    .option("--admin-port <port>", "health, metrics and the dashboard on this port of 127.0.0.1", parsePort)
    .option(
      "--idle <duration>",
      "how long a VM lives that nobody uses, of every function, whatever the config says (default: 10s)",
      parseTime,
    )
    .option("--workers <number>", "processes that share the port (default: one for each core)", parseWorkers)
    .option(
      "--drain-time <duration>",
      "how long requests under way have at the end, and behind a reload at least (default: 10s)",
      parseTime,
    )
    .option(
      "--drain-delay <duration>",
      "how long requests are still taken at the end, while /readyz says no more (default: 0)",
      parseTime,
    )
    .option("--watch", "load everything anew when a file changes")
    .option("--server-timing", "tell by a Server-Timing header what each request took")
    .option("--json", "log JSON objects, one a line; the default where the output is no terminal")
    .addOption(machineOption())
    .option("--allow-process-isolation", "serve without KVM: only a process boundary holds the guests")
    .action(async (path: string, options: Options) => {
      const log = openServeLog(options.json === true || process.stdout.isTTY !== true);
      const service = await Service.start(path, {
        overrides: overridesOf(options),
        machine: options.machine,
        allowProcessIsolation: options.allowProcessIsolation === true,
        log: log.style,
        onLog: log.lines,
        onEvent: log.event,
        onSlowStep: (what) => process.stderr.write(`${what} …\n`),
      });
      // Before anybody can know that it listens, and end it.
      const drained = untilDrained(service, log);
      log.listening(service);
      await drained;
      log.close();
    });
}

function overridesOf(options: Options): Overrides {
  const { host, port, adminPort, idle, workers, drainTime, drainDelay, watch, serverTiming } = options;
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(adminPort !== undefined && { adminPort }),
    ...(idle !== undefined && { idleMs: idle }),
    ...(workers !== undefined && { workers }),
    ...(drainTime !== undefined && { drainMs: drainTime }),
    ...(drainDelay !== undefined && { drainDelayMs: drainDelay }),
    ...(watch !== undefined && { watch }),
    ...(serverTiming !== undefined && { serverTiming }),
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535)
    throw new InvalidArgumentError(`got ${text}, expected a port, 0 to 65535`);
  return port;
}

/** As a configuration's durations are written: what has a unit there has one here. */
function parseTime(text: string): number {
  const ms = parseDuration(text === "0" ? 0 : text);
  if (ms === undefined || ms > DAY_MS)
    throw new InvalidArgumentError(
      `got ${text}, expected a duration with its unit, such as 500ms, 10s or 2m, of at most 24h`,
    );
  return ms;
}

function parseWorkers(text: string): number {
  const workers = Number(text);
  if (!/^\d{1,3}$/.test(text) || workers < 1 || workers > 256)
    throw new InvalidArgumentError(`got ${text}, expected a number of processes, 1 to 256`);
  return workers;
}

/** Exit status of a process that a signal ended, as shells tell it. */
const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143 };

/** Resolves when the first signal came and the service has drained. The second ends the process at once: so do its workers. */
function untilDrained(service: Service, log: ServeLog): Promise<void> {
  return new Promise((resolve, reject) => {
    let isDraining = false;
    const onSignal = (signal: "SIGINT" | "SIGTERM"): void => {
      if (isDraining) {
        log.close();
        process.exit(SIGNAL_STATUS[signal]);
      }
      isDraining = true;
      log.draining(signal, service.busyConnections);
      service.close().then(resolve, reject);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    process.on("SIGHUP", () => {
      if (isTerminalGone()) endByHangup();
      // How it went is told as an event.
      service.reload().catch(() => {});
    });
  });
}

/** As if nobody listened to the signal. An exit would have Node look after the terminal, and abort. */
function endByHangup(): void {
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}

/** A terminal that is closed says so by the same signal: who worked at it wants no server that goes on without it. */
function isTerminalGone(): boolean {
  if (!process.stdout.isTTY) return false;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return false;
  } catch {
    return true;
  }
}
