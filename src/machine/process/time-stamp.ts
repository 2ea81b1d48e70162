// time-stamp.ts: measures the time-stamp counter's rate: no system call tells it, so a guest of a few instructions does.
import type { AddressSpace } from "../address-space.js";
import type { Machine, Registers } from "../machine.js";

const TEXT = 0x10_0000;
const MEMORY_BYTES = TEXT + 4096;
/** rdtsc; mov %eax, %esi; mov %edx, %edi; mov $0x501, %dx; out %eax, (%dx); jmp back */
const CODE = [0x0f, 0x31, 0x89, 0xc6, 0x89, 0xd7, 0x66, 0xba, 0x01, 0x05, 0xef, 0xeb, 0xf3];
const SAMPLES = 16;
/** Between the first samples and the last: a clock read is good to about a microsecond, so this makes 100 ppm, ms. */
const APART_MS = 10;

/** What the guest needs: one page of text. */
export const timeStampSpace: AddressSpace = {
  memoryBytes: MEMORY_BYTES,
  regions: [{ start: TEXT, end: MEMORY_BYTES, permissions: "rx" }],
};

/** The counter's rate, Hz. Takes about 10 ms. */
export function measureTscHz(machine: Machine): number {
  machine.memory.bytes.set(CODE, TEXT);
  const registers: Registers = machine.readRegisters();
  machine.writeRegisters({ ...registers, rip: BigInt(TEXT), rflags: 2n });
  const first = sample(machine);
  while (performance.now() < first.ms + APART_MS) sample(machine);
  const last = sample(machine);
  machine.rest();
  return Math.round((Number(last.ticks - first.ticks) * 1000) / (last.ms - first.ms));
}

/** The best of some readings: the one that took least time around the counter's. */
function sample(machine: Machine): { ticks: bigint; ms: number } {
  let best = { ticks: 0n, ms: 0, took: Number.POSITIVE_INFINITY };
  for (let i = 0; i < SAMPLES; i++) {
    const before = performance.now();
    const exit = machine.run(Number.POSITIVE_INFINITY);
    const took = performance.now() - before;
    if (exit.kind !== "hypercall") throw new Error(`reading the time-stamp counter: got ${exit.kind}`);
    const { rsi, rdi } = machine.readRegisters();
    if (took < best.took) best = { ticks: (rdi << 32n) | rsi, ms: before + took / 2, took };
  }
  return best;
}
