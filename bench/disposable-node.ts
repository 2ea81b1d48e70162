// disposable-node.ts: a Node.js for each call: as a thread with an isolate of its own, and as a process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Task } from "./call-once.js";

const program = fileURLToPath(new URL("call-once.js", import.meta.url));

/** What a call answered, and how long it took, ms. That the thread or the process is gone before the next call does not count. */
export interface Answered {
  readonly text: string;
  readonly ms: number;
}

export async function callInWorker(task: Task): Promise<Answered> {
  const start = performance.now();
  const worker = new Worker(program, { workerData: task });
  const [text] = (await once(worker, "message")) as [string];
  const ms = performance.now() - start;
  await worker.terminate();
  return { text, ms };
}

export async function callInProcess({ module, method, url }: Task): Promise<Answered> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, module, method, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [text] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  const ms = performance.now() - start;
  await ended;
  return { text, ms };
}
