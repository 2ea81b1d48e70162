// dashboard-state.ts: what the dashboard's page is told, as JSON. Names, paths, messages and reports are others' words.
import type { VmState } from "../../function/observer.js";
import type { ShownFailure } from "../observation/failures.js";
import type { FunctionWatch } from "../observation/function-watch.js";

/** A VM's name on the page: its number, and the worker's where there are several: "3", "2.3". */
export type VmName = string;

export interface ShownChange {
  readonly vm: VmName;
  readonly state: VmState;
  /** When, ms since the epoch. */
  readonly at: number;
  /** How long the state before lasted. */
  readonly ms?: number;
  readonly reason?: string;
}

export interface FunctionState {
  readonly name: string;
  readonly vmBytes: number;
  /** Those that exist. */
  readonly vms: readonly (readonly [VmName, VmState])[];
  /** In a state the last ones, in an update those since the update before, as far as they are kept. Oldest first. */
  readonly changes: readonly ShownChange[];
  readonly calls: number;
  readonly failedCalls: number;
  readonly cpuMs: number;
  /** Answers by the buckets of LATENCY_BOUNDS_MS. */
  readonly latency: readonly number[];
}

/** The whole, or what has changed: functions by name, failures that are new. */
export interface DashboardState {
  /** When, ms since the epoch. */
  readonly at: number;
  readonly functions: readonly FunctionState[];
  /** Oldest first. */
  readonly failures: readonly ShownFailure[];
}

/** Where a page's state comes from. */
export interface DashboardSource {
  state(): DashboardState;
  /**
   * @param listener told what has changed, at most ten times a second
   * @returns ends it
   */
  subscribe(listener: (update: DashboardState) => void): () => void;
}

/** @param changes how many of its last changes are told */
export function functionState(watch: FunctionWatch, changes: number): FunctionState {
  const { name, vmBytes, vms, history, calls, failedCalls, cpuMs, answers } = watch;
  return {
    name,
    vmBytes,
    vms: [...vms].map(([vm, state]) => [String(vm), state] as const),
    changes: history.last(changes).map(({ vm, state, at, ms, reason }) => ({
      vm: String(vm),
      state,
      at,
      ...(ms !== undefined && { ms: Math.round(ms * 1000) / 1000 }),
      ...(reason !== undefined && { reason }),
    })),
    calls,
    failedCalls,
    cpuMs,
    latency: [...answers.counts],
  };
}
