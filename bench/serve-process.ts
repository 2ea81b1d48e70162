// serve-process.ts: `mayfly serve` in processes of its own, and what it says and holds.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { MachineKind } from "../src/machine/machine.js";
import { packageRoot } from "./context.js";
import { endCpus, stayOn, stayOnAll } from "./cpus.js";
import { metricSum } from "./metrics-text.js";
import { treeMemory, treeThreads } from "./process-tree.js";

/** One worker is what the bounds are about. */
const WORKERS: readonly string[] = ["--workers", "1"];

/** The servers' own, so that its clients take no time of it, or all. */
export type Cpus = "server" | "all";

export class ServeProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #admin: string;
  readonly url: string;
  /** From its start until it listened, ms. */
  readonly startMs: number;

  private constructor(child: ChildProcess, said: { url: string; admin: string }, startMs: number) {
    this.#child = child;
    this.url = said.url;
    this.#admin = said.admin;
    this.startMs = startMs;
  }

  /**
   * Serves a configuration on free ports, logging as in production. Its images are our own, so that a process boundary will do.
   *
   * @param cpus those that its processes may use
   */
  static async start(config: string, machine: MachineKind, cpus: Cpus): Promise<ServeProcess> {
    const started = performance.now();
    const child = spawnServe(
      [
        ...["serve", "--json", "--port", "0", "--admin-port", "0", ...WORKERS],
        ...["--machine", machine, "--allow-process-isolation", config],
      ],
      cpus,
    );
    // Its log is read and dropped: a full pipe would hold it up.
    const stdout = child.stdout!;
    const lines = createInterface({ input: stdout });
    const [first] = (await Promise.race([once(lines, "line"), once(lines, "close")])) as [string?];
    if (first === undefined) throw new Error("mayfly serve: it ended before it listened");
    lines.close();
    stdout.resume();
    return new ServeProcess(child, JSON.parse(first), performance.now() - started);
  }

  /** Its memory and its children's, bytes. */
  memory(): number {
    return treeMemory(this.#child.pid!);
  }

  /** Its threads and its children's. */
  threads(): number {
    return treeThreads(this.#child.pid!);
  }

  /** The sum of one of its metrics. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const response = await fetch(`${this.#admin}/metrics`);
    return metricSum(await response.text(), name, labels);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}

function spawnServe(args: readonly string[], cpus: Cpus): ChildProcess {
  using _there = cpus === "all" ? stayOnAll() : stayOn(endCpus().server);
  const mayfly = join(packageRoot, "bin", "mayfly.js");
  return spawn(process.execPath, [mayfly, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}
