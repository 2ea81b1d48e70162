// service-under-load.ts: `mayfly serve` in a process and a session of its own: its log, its metrics, its signals, its end.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ask } from "../gateway/support/client.js";
import { startMayfly } from "../support/mayfly.js";
import { type ProcessState, processesOf } from "./processes.js";
import { servedConfig } from "./served.js";

export interface ServiceEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ServiceUnderLoad implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<ServiceEnd>;
  /** Every line of its log, as it came. */
  readonly lines: string[] = [];
  readonly #reading: Promise<void>;
  readonly #first: Promise<string>;
  stderr = "";
  #url = new URL("http://unknown");
  #adminUrl = "";

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#ended = once(child, "close").then(([status, signal]) => ({ status, signal }));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    const reader = createInterface({ input: child.stdout! });
    this.#first = once(reader, "line").then(([line]) => line as string);
    reader.on("line", (line) => void this.lines.push(line));
    this.#reading = once(reader, "close").then(() => {});
  }

  static async start(machine: "kvm" | "process", workers: number): Promise<ServiceUnderLoad> {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-load-"));
    const config = join(folder, "mayfly.json");
    await writeFile(config, JSON.stringify(await servedConfig(workers)));
    const options = machine === "kvm" ? [] : ["--allow-process-isolation"];
    const args = ["serve", "--json", `--machine=${machine}`, ...options, config];
    // In a session of its own all that it starts can be told from everything else.
    const service = new ServiceUnderLoad(startMayfly(args, { detached: true }), folder);
    await service.#listening();
    return service;
  }

  get port(): number {
    return Number(this.#url.port);
  }

  /** The supervisor. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** All processes that it has, and what is left of them. */
  get processes(): ProcessState[] {
    return processesOf(this.pid);
  }

  /** Workers that live, also those that begin and those that end. */
  get workers(): number[] {
    const isWorker = /worker-program\.js$/;
    return this.processes.flatMap(({ pid, words }) =>
      words.some((word) => isWorker.test(word)) ? [pid] : [],
    );
  }

  /** Sum of a metric's values. */
  async metric(name: string): Promise<number> {
    const { status, body } = await ask(`${this.#adminUrl}/metrics`);
    if (status !== 200) throw new Error(`/metrics: got ${status}`);
    const values = [...body.toString().matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))];
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** Asks for the dashboard's state, as a page does. */
  async look(): Promise<void> {
    JSON.parse((await ask(`${this.#adminUrl}/state.json`)).body.toString());
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** When it has ended and its log is read. */
  async end(): Promise<ServiceEnd> {
    const [end] = await Promise.all([this.#ended, this.#reading]);
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.end();
    await rm(this.#folder, { recursive: true });
  }

  async #listening(): Promise<void> {
    const ended = this.#ended.then((): never => {
      throw new Error(`the service did not start: ${this.stderr}`);
    });
    ended.catch(() => {});
    const line = await Promise.race([ended, this.#first]);
    const { url, admin } = JSON.parse(line) as { url: string; admin: string };
    this.#url = new URL(url);
    this.#adminUrl = admin;
  }
}
