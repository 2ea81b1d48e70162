// limits.ts: what a VM may use: memory, wall time, CPU time. Checked values and their defaults.
import { MayflyError } from "../errors.js";
import { PAGE_SIZE } from "../machine/address-space.js";

/** Limits as a caller gives them. What is left out has no limit, except memory. */
export interface LimitOptions {
  /** Guest memory, MiB, 2 to 4096. Default 512, as solo5-hvt's. */
  memoryMiB?: number;
  /** From the first run to the end, ms. */
  wallTimeMs?: number;
  /** In the guest and in the monitor on its behalf, ms. */
  cpuTimeMs?: number;
}

/** Those that can change while a VM lives. */
export type TimeLimits = Omit<LimitOptions, "memoryMiB">;

export interface Limits {
  readonly memoryBytes: number;
  readonly wallTimeMs: number;
  readonly cpuTimeMs: number;
}

const DEFAULT_MEMORY_MIB = 512;
/** Hypercalls carry 32-bit addresses. */
const MAX_MEMORY_MIB = 4096;
const MIB = 1 << 20;

/** @throws MayflyError OPTION_INVALID */
export function checkLimits(options: LimitOptions = {}): Limits {
  const memoryMiB = options.memoryMiB ?? DEFAULT_MEMORY_MIB;
  if (!(memoryMiB >= 2 && memoryMiB <= MAX_MEMORY_MIB) || (memoryMiB * MIB) % PAGE_SIZE !== 0)
    throw new MayflyError(
      "OPTION_INVALID",
      `memoryMiB: got ${memoryMiB}, expected 2 to ${MAX_MEMORY_MIB} (MiB, whole pages)`,
    );
  return {
    memoryBytes: memoryMiB * MIB,
    wallTimeMs: positive("wallTimeMs", options.wallTimeMs),
    cpuTimeMs: positive("cpuTimeMs", options.cpuTimeMs),
  };
}

/**
 * Other limits of time, the same memory.
 *
 * @throws MayflyError OPTION_INVALID
 */
export function renewedLimits({ memoryBytes }: Limits, { wallTimeMs, cpuTimeMs }: TimeLimits): Limits {
  return {
    memoryBytes,
    wallTimeMs: positive("wallTimeMs", wallTimeMs),
    cpuTimeMs: positive("cpuTimeMs", cpuTimeMs),
  };
}

function positive(name: string, value: number | undefined): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (value > 0) return value;
  throw new MayflyError("OPTION_INVALID", `${name}: got ${value}, expected more than 0 (ms)`);
}
