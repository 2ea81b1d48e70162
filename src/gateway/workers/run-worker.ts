// run-worker.ts: a worker's life: asks for its config, lets its body load, hardens itself, takes connections, drains, ends.
import type { Server } from "node:net";
import process from "node:process";
import { Descriptor } from "../../linux/descriptor.js";
import { hasSeccomp, installFilter } from "../../linux/hardening/seccomp.js";
import { seccompFilter, type Tenant } from "../../linux/hardening/seccomp-filter.js";
import { ConnectionReceiver } from "./connection-channel.js";
import { ConnectionTable } from "./connection-table.js";
import { wordsOf } from "./error-words.js";
import { HeldConnections } from "./held-connections.js";
import type { Question, ToSupervisor, ToWorker } from "./messages.js";
import { BEAT_MS } from "./watchdog.js";
import { CHANNEL_DESCRIPTOR, LANDLOCK_VARIABLE, TABLE_DESCRIPTOR } from "./worker-launch.js";

/** What a worker's body has made: everything loaded, nothing listening. */
export interface WorkerService {
  /** Gets its connections by the event "connection". An http.Server's are followed request by request; others' are not. */
  readonly server: Server;
  /** What its VMs run on: decides what the worker gives up. */
  readonly machine: Tenant;
  answer(question: Question): unknown;
  /** What the supervisor shall know of it when it is gone. */
  farewell?(): unknown;
  /** From now on each response is its connection's last. */
  leave?(): void;
  /**
   * Lets requests under way end, within the time, and gives everything back. A second call may shorten the time.
   *
   * @returns how many requests had not ended, and were broken off; undefined when that is not known
   */
  close(graceMs: number): Promise<number | undefined>;
}

/** A worker's way to whoever supervises it. */
export interface WorkerLink {
  /** Its number among all that its supervisor ever started, from 1. */
  readonly worker: number;
  tell(news: unknown): void;
}

export type WorkerBody<Config> = (config: Config, link: WorkerLink) => Promise<WorkerService>;

/** Runs a worker in this process, which a supervisor has started. Ends the process when the worker's life is over. */
export function runWorker<Config>(body: WorkerBody<Config>): void {
  let service: WorkerService | undefined;
  let connections: HeldConnections | undefined;
  let receiver: ConnectionReceiver | undefined;
  let until = Number.POSITIVE_INFINITY;
  let isEnding = false;
  let isClosing = false;
  const rest = (): number => Math.max(0, until - performance.now());

  const end = async (graceMs: number, isLast: boolean): Promise<void> => {
    until = Math.min(until, performance.now() + graceMs);
    if (isLast) service?.leave?.();
    const drained = connections?.drain(rest());
    if (isClosing) void service?.close(rest()).catch(() => {});
    if (isEnding) return;
    isEnding = true;
    await drained;
    isClosing = true;
    const brokenOff = await service?.close(rest()).catch(report);
    // What is still in the channel is the supervisor's, untouched.
    receiver?.[Symbol.dispose]();
    tell({ say: "farewell", words: service?.farewell?.(), brokenOff });
    // Behind everything that was told before.
    tell({ say: "closed", ids: [] }, () => process.exit(0));
  };

  const begin = async (config: Config, worker: number): Promise<void> => {
    try {
      service = await body(config, { worker, tell: (news) => tell({ say: "news", news }) });
      const walls = harden(service.machine);
      const table = ConnectionTable.inherited(TABLE_DESCRIPTOR);
      const held = new HeldConnections(service.server, table, tell);
      connections = held;
      receiver = new ConnectionReceiver(new Descriptor(CHANNEL_DESCRIPTOR), (ticket, connection) =>
        held.take(ticket, connection),
      );
      setInterval(() => table.beat(), BEAT_MS).unref();
      tell({ say: "ready", walls });
    } catch (error) {
      tell({ say: "failed", error: wordsOf(error) }, () => process.exit(1));
    }
  };

  process.on("message", (message: ToWorker<Config>) => {
    switch (message.say) {
      case "config":
        void begin(message.config, message.worker);
        break;
      case "ask":
        void answer(service, message.id, message.question);
        break;
      case "drain":
        void end(message.graceMs, message.isLast);
    }
  });
  // Ctrl-C reaches every process of a terminal: when to end is the supervisor's word.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  // Nobody is left to answer to: with the process go its VMs and connections, at once.
  process.on("disconnect", () => process.exit(1));
  tell({ say: "hello" });
}

/** After this nothing is executed, traced or mounted from here: see docs/security.md. Returns the walls in words. */
function harden(machine: Tenant): string {
  const walls: string[] = [];
  if (hasSeccomp()) {
    installFilter(seccompFilter(machine));
    walls.push("no_new_privs", machine === "kvm" ? "seccomp" : "seccomp (ptrace left for guests)");
  }
  const abi = process.env[LANDLOCK_VARIABLE];
  if (abi !== undefined) walls.push(`Landlock ABI ${abi}`);
  return walls.length === 0 ? "no walls: this kernel has neither seccomp nor Landlock" : walls.join(", ");
}

async function answer(service: WorkerService | undefined, id: number, question: Question): Promise<void> {
  try {
    tell({ say: "answer", id, answer: await service?.answer(question) });
  } catch (error) {
    tell({ say: "answer", id, error: wordsOf(error) });
  }
}

function tell(message: ToSupervisor, then: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}

function report(error: unknown): undefined {
  process.stderr.write(`worker: ${String(error)}\n`);
}
