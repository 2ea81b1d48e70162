// live-dashboard.ts: an observation as the dashboard sees it: the state now, and updates while somebody looks. Costs nothing while nobody does.
import type { FunctionWatch } from "../observation/function-watch.js";
import type { Observation } from "../observation/observation.js";
import { MOST_CHANGES } from "../observation/vm-history.js";
import { Coalesced } from "./coalesced.js";
import { type DashboardSource, type DashboardState, functionState } from "./dashboard-state.js";

/** Changes told in an update, for each function: a busy one has more of them than can be seen. */
const MOST_NEW_CHANGES = 50;

export class LiveDashboard implements DashboardSource {
  readonly #observation: Observation;
  readonly #updates = new Coalesced(() => this.#update());
  readonly #changed = new Set<FunctionWatch>();
  /** How many changes of a function were told. */
  #told = new WeakMap<FunctionWatch, number>();
  #toldFailures = 0;

  constructor(observation: Observation) {
    this.#observation = observation;
  }

  state(): DashboardState {
    const { functions, failures } = this.#observation;
    return {
      at: Date.now(),
      functions: Array.from(functions, (watch) => functionState(watch, MOST_CHANGES)),
      failures: [...failures],
    };
  }

  subscribe(listener: (update: DashboardState) => void): () => void {
    if (this.#updates.listeners === 0) this.#begin();
    const end = this.#updates.add(listener);
    return () => {
      end();
      if (this.#updates.listeners > 0) return;
      this.#observation.onObserved = undefined;
      this.#changed.clear();
    };
  }

  #begin(): void {
    const { functions, failures } = this.#observation;
    this.#told = new WeakMap(Array.from(functions, (watch) => [watch, watch.history.count]));
    this.#toldFailures = failures.at(-1)?.failure ?? 0;
    this.#observation.onObserved = (watch) => {
      if (watch !== undefined) this.#changed.add(watch);
      this.#updates.soon();
    };
  }

  #update(): DashboardState {
    const failures = this.#observation.failures.filter(({ failure }) => failure > this.#toldFailures);
    this.#toldFailures = failures.at(-1)?.failure ?? this.#toldFailures;
    const functions = Array.from(this.#changed, (watch) => {
      const fresh = watch.history.count - (this.#told.get(watch) ?? 0);
      this.#told.set(watch, watch.history.count);
      return functionState(watch, Math.min(fresh, MOST_NEW_CHANGES));
    });
    this.#changed.clear();
    return { at: Date.now(), functions, failures };
  }
}
