// function-limits.ts: what one call of a function may use, and the defaults: the same for programs and for what `mayfly serve` serves.

/** What one call may use. A call that uses more fails, and its VM is gone. */
export interface FunctionLimits {
  /** CPU time in the guest and in the monitor on its behalf, ms. Default 50. */
  cpuTimeMs: number;
  /** From the request to the last byte of the response, ms. Default 10,000. */
  wallTimeMs: number;
  /** Guest memory, MiB. Default 32. */
  memoryMiB: number;
  /** Longest request body and longest response body, bytes. Default 8 MiB. */
  bodyBytes: number;
  /** CPU time for evaluating the function's modules, once, ms. Default 5000. */
  startCpuTimeMs: number;
}

export const DEFAULT_LIMITS: Readonly<FunctionLimits> = {
  cpuTimeMs: 50,
  wallTimeMs: 10_000,
  memoryMiB: 32,
  bodyBytes: 8 << 20,
  startCpuTimeMs: 5000,
};
