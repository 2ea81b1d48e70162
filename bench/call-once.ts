// call-once.ts: what a worker or a process that lives for one call does: imports the handler, calls it, tells the answer.
// A worker is given its task as workerData; a process as arguments: `call-once MODULE METHOD URL`.
import { parentPort, workerData } from "node:worker_threads";

export interface Task {
  /** Path of the handler's module. */
  readonly module: string;
  readonly method: string;
  readonly url: string;
}

interface Handler {
  fetch(request: Request): Response | Promise<Response>;
}

const [module, method, url] = process.argv.slice(2) as [string, string, string];
const task: Task = parentPort === null ? { module, method, url } : workerData;
const { default: handler } = (await import(task.module)) as { default: Handler };
const response = await handler.fetch(new Request(task.url, { method: task.method }));
const text = await response.text();
if (parentPort === null) process.stdout.write(text);
else parentPort.postMessage(text);
