// lease.ts: one VM of a function for one exchange, for servers that speak the exchange themselves.
import type { ConsoleSink } from "../device/console.js";
import type { Vm } from "../monitor/vm.js";
import type { VmPool } from "./vm-pool.js";
import type { WarmVm } from "./warm-vm.js";

export interface Lease {
  /** In the snapshot's state. */
  readonly vm: Vm;
  /** What making it took, ms; 0 when it was there. */
  readonly startMs: number;
  /**
   * Gives the VM back: to be put back when its guest is done, else it is closed. A second call gives the same promise.
   *
   * @returns how long putting it back took, ms
   */
  giveBack(): Promise<number>;
}

/** Takes a VM, as soon as there is one. */
export async function lease(pool: VmPool, console: ConsoleSink | undefined): Promise<Lease> {
  const warm = await pool.take();
  const startMs = warm.calls++ === 0 ? warm.startMs : 0;
  warm.console = console;
  let given: Promise<number> | undefined;
  return {
    vm: warm.vm,
    startMs,
    giveBack() {
      given ??= giveBack(pool, warm);
      return given;
    },
  };
}

async function giveBack(pool: VmPool, warm: WarmVm): Promise<number> {
  if (!warm.vm.idle) {
    await pool.discard(warm);
    return 0;
  }
  const reset = new Promise<number>((resolve) => {
    warm.onReset = resolve;
  });
  pool.release(warm);
  return reset;
}
