// mayfly.ts: the command in a process of its own, for tests.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export { noKvm, noMachine } from "./no-machine.js";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The command. */
export const bin = `${root}/bin/mayfly.js`;

/** An image of guest/apps. */
export function app(name: string): string {
  return `${root}/build/apps/${name}.img`;
}

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command; stdin is closed. */
export function startMayfly(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
}

/** Runs the command to its end. */
export function mayfly(...args: string[]): Promise<Finished> {
  return finished(startMayfly(args));
}

/** Collects what a child prints, until it is over. */
export async function finished(child: ChildProcess): Promise<Finished> {
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [status, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { status, signal, stdout: stdout(), stderr: stderr() };
}

function collect(stream: ChildProcess["stdout"]): () => string {
  const pieces: Buffer[] = [];
  stream?.on("data", (piece: Buffer) => pieces.push(piece));
  return () => Buffer.concat(pieces).toString();
}
