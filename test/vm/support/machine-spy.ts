// machine-spy.ts: the machines that monitors of this process make: tests of what is left in a guest's memory look there themselves.

import { KvmHost } from "../../../src/machine/kvm/host.js";
import type { Machine } from "../../../src/machine/machine.js";
import { ProcessHost } from "../../../src/machine/process/host.js";

let latest: Machine | undefined;

const createOnKvm = KvmHost.prototype.create;
KvmHost.prototype.create = function (space) {
  const machine = createOnKvm.call(this, space);
  latest = machine;
  return machine;
};

const createProcess = ProcessHost.prototype.create;
ProcessHost.prototype.create = function (space) {
  const machine = createProcess.call(this, space);
  latest = machine;
  return machine;
};

/** The machine made last: that of the VM created last. */
export function latestMachine(): Machine {
  if (latest === undefined) throw new Error("no machine was made");
  return latest;
}

/** Bytes of guest memory that may hold anything. */
export function touchedBytes(machine: Machine): number {
  return machine.touchedRanges().reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Where a machine keeps a pattern: all of its memory, and every part of its CPU's state. */
export function placesOf(pattern: Uint8Array, machine: Machine): string[] {
  const { bytes } = machine.memory;
  const places: string[] = [];
  const memory = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = memory.indexOf(pattern); at >= 0; at = memory.indexOf(pattern, at + 4096))
    places.push(`memory at 0x${at.toString(16)}`);
  for (const [name, part] of machine.saveState().parts)
    if (Buffer.from(part).indexOf(pattern) >= 0) places.push(name);
  return places;
}
