// collect.ts: follows a process that prints run events until it ends, and ends it when its time is over.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { type FileResult, type HostFacts, parseEvent, type RunEvent, type RunResult } from "./results.js";

/** From SIGTERM to SIGKILL. */
const LAST_WARNING_MS = 5000;

/** One run: who hears of it, and how long it may take. */
export interface Watch {
  readonly timeLimitMs: number;
  readonly onEvent: (event: RunEvent, milliseconds: number) => void;
}

/**
 * Collects a run's result. Resolves always; what went wrong is the result's `problem`.
 *
 * @param child prints events to its stdout
 */
export async function collect(child: ChildProcess, { timeLimitMs, onEvent }: Watch): Promise<RunResult> {
  const start = performance.now();
  const elapsed = (): number => Math.round(performance.now() - start);
  const files: FileResult[] = [];
  let facts: HostFacts | undefined;
  let running: string | undefined;
  let ended = false;
  let problem: string | undefined;

  // Politely first: the runner then ends the test file that it started, which would outlive it.
  const killer = (): void => void child.kill("SIGTERM");
  process.once("exit", killer);
  const timer = setTimeout(() => {
    problem = `got no end within ${timeLimitMs / 60_000} minutes`;
    killer();
    setTimeout(() => child.kill("SIGKILL"), LAST_WARNING_MS).unref();
  }, timeLimitMs);

  const exit = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status, signal) => resolve(status === 0 ? undefined : `status ${signal ?? status}`));
  });
  if (child.stdout === null) throw new Error("collect: got a child without stdout, expected a pipe");
  for await (const line of createInterface({ input: child.stdout })) {
    const event = parseEvent(line);
    if (event === undefined) continue;
    if (event.event === "host") facts = event.facts;
    else if (event.event === "start") running = event.file;
    else if (event.event === "file") files.push(event.result);
    else ended = true;
    onEvent(event, elapsed());
  }
  const failure = await exit;
  clearTimeout(timer);
  process.off("exit", killer);

  if (!ended) {
    problem ??= `stopped before the last test file${failure === undefined ? "" : ` (${failure})`}`;
    problem += running === undefined ? ", before the first test" : `, while ${running} ran`;
  }
  return { facts, files, problem, milliseconds: elapsed() };
}
