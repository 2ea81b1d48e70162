// merged-dashboard.ts: the dashboards of several workers as one, made of what each tells: its state once, then its updates.
import { MOST_FAILURES, type ShownFailure } from "../observation/failures.js";
import { Coalesced } from "./coalesced.js";
import type { DashboardSource, DashboardState } from "./dashboard-state.js";
import { MergedFunction } from "./merged-function.js";

/** @example in a worker: `send(dashboard.state()); dashboard.subscribe(send)`; where the page is: `merged.tell("2", received)`. */
export class MergedDashboard implements DashboardSource {
  readonly #functions = new Map<string, MergedFunction>();
  readonly #changed = new Set<MergedFunction>();
  readonly #updates = new Coalesced(() => this.#update());
  #failures: ShownFailure[] = [];
  #failed = 0;
  #toldFailures = 0;

  /** @param worker what its VMs are called by: "2" makes "2.17" of VM 17; a worker that was replaced is another */
  tell(worker: string, update: DashboardState): void {
    for (const state of update.functions) {
      let merged = this.#functions.get(state.name);
      if (merged === undefined) {
        merged = new MergedFunction(state.name);
        this.#functions.set(state.name, merged);
      }
      merged.tell(worker, state);
      this.#changed.add(merged);
    }
    const failures = update.failures.map((failure) => ({ ...failure, failure: ++this.#failed }));
    this.#failures = [...this.#failures, ...failures].slice(-MOST_FAILURES);
    this.#updates.soon();
  }

  /** The worker ended: so did its VMs. What it counted stays. */
  gone(worker: string): void {
    for (const merged of this.#functions.values()) if (merged.gone(worker)) this.#changed.add(merged);
    this.#updates.soon();
  }

  state(): DashboardState {
    const functions = Array.from(this.#functions.values(), (merged) => merged.whole());
    return { at: Date.now(), functions, failures: this.#failures };
  }

  subscribe(listener: (update: DashboardState) => void): () => void {
    // Who comes first has the state, and is told what follows.
    if (this.#updates.listeners === 0) this.#update();
    return this.#updates.add(listener);
  }

  #update(): DashboardState {
    const failures = this.#failures.filter(({ failure }) => failure > this.#toldFailures);
    this.#toldFailures = this.#failed;
    const functions = Array.from(this.#changed, (merged) => merged.update());
    this.#changed.clear();
    return { at: Date.now(), functions, failures };
  }
}
