// warm-vm.ts: one VM of a function, in the snapshot's state whenever nobody calls it.
import type { ConsoleSink } from "../device/console.js";
import type { Monitor } from "../monitor/monitor.js";
import type { Snapshot } from "../monitor/snapshot.js";
import type { Vm } from "../monitor/vm.js";
import type { CheckedOptions } from "./function-options.js";

export class WarmVm {
  readonly vm: Vm;
  readonly #snapshot: Snapshot;
  readonly #options: CheckedOptions;
  #console: ConsoleSink;
  /** What making it took, ms. */
  readonly startMs: number;
  /** Calls that it was given. */
  calls = 0;
  /** Told how long it took when the VM was put back, ms; 0 when it was not. */
  onReset: ((ms: number) => void) | undefined;

  constructor(monitor: Monitor, snapshot: Snapshot, options: CheckedOptions) {
    const started = performance.now();
    this.#snapshot = snapshot;
    this.#options = options;
    this.#console = options.console;
    this.vm = monitor.createFromSnapshot(snapshot, {
      limits: { cpuTimeMs: options.limits.cpuTimeMs, wallTimeMs: options.limits.wallTimeMs },
      console: (bytes) => this.#console(bytes),
      ...(options.outbound !== undefined && { outbound: () => options.outbound!.client() }),
    });
    this.startMs = performance.now() - started;
  }

  /** Where console output goes during the next call. */
  set console(sink: ConsoleSink | undefined) {
    this.#console = sink ?? this.#options.console;
  }

  /** Puts it back. What it would still say goes nowhere else than it should. */
  reset(): void {
    const started = performance.now();
    this.vm.reset(this.#snapshot, { verify: this.#options.verifyReset });
    this.console = undefined;
    const told = this.onReset;
    this.onReset = undefined;
    told?.(performance.now() - started);
  }

  /** Gives it up instead. */
  close(): Promise<void> {
    this.onReset?.(0);
    this.onReset = undefined;
    return this.vm.close();
  }
}
