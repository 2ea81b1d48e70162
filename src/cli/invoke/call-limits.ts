// call-limits.ts: what a call may use, as options of a command, and what to do when it was too little. No I/O.
import { MayflyError } from "../../errors.js";
import { FunctionError } from "../../function/function-error.js";
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

/** The option that raises a limit. Without it there is none. */
const OPTIONS: Partial<Record<keyof FunctionLimits, string>> = {
  cpuTimeMs: "--cpu-limit",
  wallTimeMs: "--timeout",
  memoryMiB: "--mem",
  bodyBytes: "--body-limit",
};

/** The mend of a failed call in the command's words, where the library's are others. */
export function mendOf(error: MayflyError): string | undefined {
  const limit = limitOf(error);
  const option = limit === undefined ? undefined : OPTIONS[limit];
  return option === undefined ? error.mend : `give it more, if it needs that much: ${option}`;
}

function limitOf(error: MayflyError): keyof FunctionLimits | undefined {
  if (error instanceof FunctionError) return error.limit;
  if (error.code === "MEMORY_INVALID") return "memoryMiB";
  return error.code === "FUNCTION_BODY_LIMIT" ? "bodyBytes" : undefined;
}
