// merged-function.ts: one function in several workers as one: their VMs side by side, their sums added up.
import { MOST_CHANGES } from "../observation/vm-history.js";
import type { FunctionState, ShownChange } from "./dashboard-state.js";

export class MergedFunction {
  readonly name: string;
  readonly #workers = new Map<string, FunctionState>();
  /** What workers counted that are gone. */
  #past: FunctionState;
  #changes: ShownChange[] = [];
  #untold: ShownChange[] = [];

  constructor(name: string) {
    this.name = name;
    this.#past = { name, vmBytes: 0, vms: [], changes: [], calls: 0, failedCalls: 0, cpuMs: 0, latency: [] };
  }

  /** @param state its changes are those since the last one */
  tell(worker: string, state: FunctionState): void {
    this.#workers.set(worker, state);
    this.#add(changesOf(worker, state));
  }

  /** @param state takes the place of all that the worker told before, and is told to nobody as news */
  begin(worker: string, state: FunctionState): void {
    const isOthers = ({ vm }: ShownChange): boolean => !vm.startsWith(`${worker}.`);
    this.#workers.set(worker, state);
    this.#untold = this.#untold.filter(isOthers);
    this.#changes = [...this.#changes.filter(isOthers), ...changesOf(worker, state)]
      .sort((one, other) => one.at - other.at)
      .slice(-MOST_CHANGES);
  }

  /** @returns whether the worker had it */
  gone(worker: string): boolean {
    const state = this.#workers.get(worker);
    if (state === undefined) return false;
    this.#workers.delete(worker);
    this.#past = { ...sum(this.#past, state), vms: [], changes: [] };
    const at = Date.now();
    this.#add(
      state.vms.map(([vm]) => ({ vm: `${worker}.${vm}`, state: "closed", at, reason: "worker gone" })),
    );
    return true;
  }

  /** With all changes that are kept. */
  whole(): FunctionState {
    return this.#merged(this.#changes);
  }

  /** With the changes since the last call. */
  update(): FunctionState {
    const untold = this.#untold;
    this.#untold = [];
    return this.#merged(untold);
  }

  #add(changes: readonly ShownChange[]): void {
    this.#changes = [...this.#changes, ...changes].slice(-MOST_CHANGES);
    this.#untold = [...this.#untold, ...changes].slice(-MOST_CHANGES);
  }

  #merged(changes: readonly ShownChange[]): FunctionState {
    const vms = [...this.#workers].flatMap(([worker, state]) =>
      state.vms.map(([vm, is]) => [`${worker}.${vm}`, is] as const),
    );
    return { ...[...this.#workers.values()].reduce(sum, this.#past), vms, changes };
  }
}

function changesOf(worker: string, { changes }: FunctionState): ShownChange[] {
  return changes.map((change) => ({ ...change, vm: `${worker}.${change.vm}` }));
}

/** The counters of both, and the second's else. */
function sum(one: FunctionState, other: FunctionState): FunctionState {
  return {
    ...other,
    calls: one.calls + other.calls,
    failedCalls: one.failedCalls + other.failedCalls,
    cpuMs: one.cpuMs + other.cpuMs,
    latency: other.latency.map((count, i) => count + (one.latency[i] ?? 0)),
  };
}
