// results.ts: what a run of the test files says, one JSON object a line, and its totals. No I/O.

/** The machine that the tests ran on. */
export interface HostFacts {
  readonly kernel: string;
  readonly cpu: string;
  /** KVM's kind and paging: "kvm_amd, nested paging"; or why there is none. */
  readonly kvm: string;
  readonly node: string;
}

/** A test by its name, and why it failed or was skipped. */
export interface NamedReason {
  readonly name: string;
  readonly reason: string;
}

export interface FileResult {
  /** The source's path in the project: "src/image/elf.test.ts". */
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly NamedReason[];
  readonly skips: readonly NamedReason[];
  readonly milliseconds: number;
}

/** What the runner prints, in this order: `host`, then `start` and `file` for each file, then `end`. */
export type RunEvent =
  | { readonly event: "host"; readonly facts: HostFacts }
  | { readonly event: "start"; readonly file: string }
  | { readonly event: "file"; readonly result: FileResult }
  | { readonly event: "end" };

/** A whole run. `problem` says why it is not complete. */
export interface RunResult {
  readonly facts: HostFacts | undefined;
  readonly files: readonly FileResult[];
  readonly problem: string | undefined;
  readonly milliseconds: number;
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function totalsOf(files: readonly FileResult[]): Totals {
  const sum = (count: (result: FileResult) => number): number =>
    files.reduce((total, result) => total + count(result), 0);
  return {
    passed: sum((result) => result.passed),
    failed: sum((result) => result.failures.length),
    skipped: sum((result) => result.skips.length),
  };
}

/** Whether every file ran, something passed, and nothing failed. */
export function succeeded(run: RunResult): boolean {
  const { passed, failed } = totalsOf(run.files);
  return run.problem === undefined && failed === 0 && passed > 0;
}

const MARK = "@mayfly ";

/** One event as a line. The mark tells it from what else may be written to the same serial port. */
export function formatEvent(event: RunEvent): string {
  return `${MARK}${JSON.stringify(event)}\n`;
}

/** The event of a line, or undefined when the line is something else. */
export function parseEvent(line: string): RunEvent | undefined {
  if (!line.startsWith(MARK)) return undefined;
  return JSON.parse(line.slice(MARK.length)) as RunEvent;
}
