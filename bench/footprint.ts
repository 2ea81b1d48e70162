// footprint.ts: what this process and its children hold of the host. Reads /proc; call gc() before.
import { readdirSync } from "node:fs";
import { treeMemory } from "./process-tree.js";

/** Node.js's options for a process that is measured: garbage can be collected, and V8's young generation stays small. It says nothing of VMs. */
export const STEADY: readonly string[] = ["--expose-gc", "--max-semi-space-size=1"];

/** Memory of this process and its children (the vessels, on the process machine) but for files, bytes. */
export function heldMemory(): number {
  return treeMemory(process.pid);
}

/** Open descriptors of this process. */
export function heldDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
