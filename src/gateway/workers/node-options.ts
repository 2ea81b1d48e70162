// node-options.ts: how Node.js is started for a worker.
import process from "node:process";

/**
 * Node's own code in pages of 2 MiB, where the kernel has them, unless NODE_OPTIONS says something of it: 3 to 5 % of a request on the software KVM
 * measured, behind each of whose exits the processor has to find its pages anew. It takes 20 ms, and 26 MiB that processes no longer share.
 */
export function nodeOptions(): readonly string[] {
  return process.env.NODE_OPTIONS?.includes("--use-largepages") === true ? [] : ["--use-largepages=silent"];
}
