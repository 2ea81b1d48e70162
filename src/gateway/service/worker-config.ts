// worker-config.ts: what a service's worker is told when it begins. Plain data, for the channel between them.
import type { MachineKind } from "../../machine/machine.js";
import type { ServeConfig } from "../config/serve-config.js";
import type { DashboardState } from "../dashboard/dashboard-state.js";
import type { MetricFamily } from "../metrics/families.js";

export interface LogStyle {
  /** Objects, one a line, for programs; otherwise lines for people. */
  readonly json: boolean;
  readonly colors: boolean;
}

export interface GatewayWorkerConfig {
  /** Its functions are images. */
  readonly serve: ServeConfig;
  readonly machine: MachineKind;
  readonly log: LogStyle;
}

/** What it can be asked, and what it answers. "watch" has it tell, as news, what changes from then on. */
export interface GatewayAnswers {
  readonly metrics: readonly MetricFamily[];
  readonly state: DashboardState;
  readonly watch: DashboardState;
  readonly unwatch: undefined;
}

/** Its last words. */
export type GatewayFarewell = Pick<GatewayAnswers, "metrics" | "state">;
