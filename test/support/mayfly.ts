// mayfly.ts: the command in a process of its own, for tests.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

const bin = `${root}/bin/mayfly.js`;

/** An image of guest/apps. */
export function app(name: string): string {
  return `${root}/build/apps/${name}.img`;
}

/** Why a test that boots a VM cannot run here; false when it can. */
export function noKvm(): string | false {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return false;
  } catch {
    return "no access to /dev/kvm";
  }
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
