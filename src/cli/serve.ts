// serve.ts: `mayfly serve [FILE|DIR|CONFIG]`: the gateway as a command: options, the log, the signals.
import { Command, InvalidArgumentError } from "commander";
import { MayflyError } from "../errors.js";
import type { Overrides } from "../gateway/config/place.js";
import { Gateway } from "../gateway/gateway.js";
import { loadGatewayConfig } from "../gateway/gateway-config.js";
import { Monitor } from "../monitor/monitor.js";
import type { MachineChoice } from "../monitor/open-host.js";
import { machineOption } from "./machine-option.js";
import { parseDuration } from "./run/duration.js";
import { openServeLog, type ServeLog } from "./serve-log.js";

interface Options {
  host?: string;
  port?: number;
  adminPort?: number;
  idle?: number;
  serverTiming?: true;
  json?: true;
  machine: MachineChoice;
  allowProcessIsolation?: true;
}

/** The command, to be added to the program. */
export function serveCommand(): Command {
  return new Command("serve")
    .description(
      "Answers HTTP requests, each in a virtual machine of its own. Ctrl-C lets requests under way end.",
    )
    .argument(
      "[what]",
      "a handler, a directory of handlers, or a configuration (mayfly.config.ts, mayfly.json)",
      ".",
    )
    .option("--host <host>", "listen on this address, not the config's")
    .option("--port <port>", "listen on this port, not the config's; 0: any free one", parsePort)
    .option("--admin-port <port>", "health, metrics and the dashboard on this port of 127.0.0.1", parsePort)
    .option("--idle <duration>", "how long a VM lives that nobody uses (default: 10s)", (text) =>
      parseDuration("--idle", text),
    )
    .option("--server-timing", "tell by a Server-Timing header what each request took")
    .option("--json", "log JSON objects, one a line; the default where the output is no terminal")
    .addOption(machineOption())
    .option("--allow-process-isolation", "serve without KVM: only a process boundary holds the guests")
    .action(async (path: string, options: Options) => {
      const config = await loadGatewayConfig(path, overridesOf(options));
      const monitor = Monitor.open({ machine: options.machine, spareVms: 1 });
      if (options.allowProcessIsolation !== true) await refuseProcessIsolation(monitor);
      const log = openServeLog(options.json === true || process.stdout.isTTY !== true);
      const gateway = await Gateway.listen(config, monitor, {
        onRequest: log.request,
        onError: log.error,
        onSlowStep: (what) => process.stderr.write(`${what} …\n`),
      });
      // Before anybody can know that it listens, and end it.
      const drained = drainOnSignal(gateway, log);
      log.listening(gateway, monitor);
      await drained;
      await monitor.close();
      log.close();
    });
}

/**
 * Requests come from strangers, and so may the code that answers them: without the wall that KVM is, whoever serves must
 * have said that this is meant.
 */
async function refuseProcessIsolation(monitor: Monitor): Promise<void> {
  if (monitor.machine !== "process") return;
  await monitor.close();
  const why = monitor.machineReason === undefined ? "" : ` (${monitor.machineReason})`;
  throw new MayflyError(
    "MACHINE_UNAVAILABLE",
    `the process machine was chosen${why}: a guest that breaks out of its process would face the kernel's whole interface, not KVM's`,
    { mend: "give access to /dev/kvm, or add --allow-process-isolation if you trust the images" },
  );
}

function overridesOf({ host, port, adminPort, idle, serverTiming }: Options): Overrides {
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(adminPort !== undefined && { adminPort }),
    ...(idle !== undefined && { idleMs: idle }),
    ...(serverTiming !== undefined && { serverTiming }),
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535)
    throw new InvalidArgumentError(`got ${text}, expected a port, 0 to 65535`);
  return port;
}

/** Exit status of a process that a signal ended, as shells tell it. */
const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143 };

/** Resolves when the first signal came and the gateway has drained. The second ends the process at once: so do its VMs. */
function drainOnSignal(gateway: Gateway, log: ServeLog): Promise<void> {
  return new Promise((resolve, reject) => {
    let isDraining = false;
    const onSignal = (signal: "SIGINT" | "SIGTERM"): void => {
      if (isDraining) {
        log.close();
        process.exit(SIGNAL_STATUS[signal]);
      }
      isDraining = true;
      log.draining(signal, gateway.load);
      gateway.close().then(resolve, reject);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
