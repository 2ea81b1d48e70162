// serve-process.ts: `mayfly serve` in a process of its own, and a client that keeps its connections.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { MachineKind } from "../src/machine/machine.js";
import { packageRoot } from "./context.js";

export class ServeProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** Serves a config file on a free port. Its images are our own, so that a process boundary will do. */
  static async start(config: string, machine: MachineKind): Promise<ServeProcess> {
    const mayfly = join(packageRoot, "bin", "mayfly.js");
    const args = [
      "serve",
      "--json",
      "--port",
      "0",
      "--machine",
      machine,
      "--allow-process-isolation",
      config,
    ];
    const child = spawn(process.execPath, [mayfly, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    // Its log is read and dropped: a full pipe would hold it up.
    const lines = createInterface({ input: child.stdout });
    const [first] = (await Promise.race([once(lines, "line"), once(lines, "close")])) as [string?];
    if (first === undefined) throw new Error("mayfly serve: it ended before it listened");
    const { url } = JSON.parse(first) as { url: string };
    return new ServeProcess(child, url);
  }

  /** One request; milliseconds until the last byte of the response. */
  request(path: string): Promise<number> {
    const start = performance.now();
    return new Promise((resolve, reject) => {
      get(`${this.#url}${path}`, { agent: this.#agent }, (response) => {
        response.resume();
        response.once("end", () => {
          if (response.statusCode === 200) resolve(performance.now() - start);
          else reject(new Error(`GET ${path}: got status ${response.statusCode}, expected 200`));
        });
        response.once("error", reject);
      }).once("error", reject);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}
