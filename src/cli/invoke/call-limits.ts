// call-limits.ts: what a call may use, as options of a command, and what to do when it was too little. No I/O.
import { type ErrorCode, MayflyError } from "../../errors.js";
import type { FunctionLimits } from "../../function/function-limits.js";

export interface LimitFlags {
  /** ms */
  readonly cpuLimit?: number;
  /** ms */
  readonly timeout?: number;
  /** MiB */
  readonly mem?: number;
  /** MiB */
  readonly bodyLimit?: number;
}

export function limitsOf(flags: LimitFlags): Partial<FunctionLimits> {
  return {
    ...(flags.cpuLimit !== undefined && { cpuTimeMs: flags.cpuLimit }),
    ...(flags.timeout !== undefined && { wallTimeMs: flags.timeout }),
    ...(flags.mem !== undefined && { memoryMiB: flags.mem }),
    ...(flags.bodyLimit !== undefined && { bodyBytes: flags.bodyLimit * (1 << 20) }),
  };
}

/** @throws MayflyError OPTION_INVALID */
export function parseMemory(text: string): number {
  return mebibytes("--mem", text, 8);
}

/** @throws MayflyError OPTION_INVALID */
export function parseBodyLimit(text: string): number {
  return mebibytes("--body-limit", text, 1);
}

function mebibytes(option: string, text: string, least: number): number {
  const mib = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (mib >= least && mib <= 4096) return mib;
  throw new MayflyError(
    "OPTION_INVALID",
    `${option}: got ${JSON.stringify(text)}, expected ${least} to 4096 (MiB)`,
  );
}

/** The option that gives a call more of what it had too little of. */
const OPTIONS: Partial<Record<ErrorCode, string>> = {
  FUNCTION_CPU_LIMIT: "--cpu-limit",
  FUNCTION_WALL_LIMIT: "--timeout",
  FUNCTION_OUT_OF_MEMORY: "--mem",
  FUNCTION_BODY_LIMIT: "--body-limit",
};

/** The mend of a failed call in the command's words, where the library's are others. */
export function mendOf({ code, mend }: MayflyError): string | undefined {
  const option = OPTIONS[code];
  return option === undefined ? mend : `give it more, if it needs that much: ${option}`;
}
