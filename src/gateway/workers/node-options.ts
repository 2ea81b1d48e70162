// node-options.ts: how Node.js is started for a worker. A constant.

/**
 * Node's own code in pages of 2 MiB, where the kernel has them: 20 ms and 10 MiB of memory for a worker, and 3 to 5 % of a request on the software
 * KVM measured, behind each of whose exits the processor has to find its pages anew.
 */
export const NODE_OPTIONS: readonly string[] = ["--use-largepages=silent"];
