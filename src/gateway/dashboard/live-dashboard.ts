// live-dashboard.ts: an observation as the dashboard sees it: the state now, and updates while somebody looks. Costs nothing while nobody does.
import type { FunctionWatch } from "../observation/function-watch.js";
import type { Observation } from "../observation/observation.js";
import { MOST_CHANGES } from "../observation/vm-history.js";
import { type DashboardSource, type DashboardState, functionState } from "./dashboard-state.js";

/** Eyes need no more. */
const UPDATE_MS = 100;
/** Changes told in an update, for each function: a busy one has more of them than can be seen. */
const MOST_NEW_CHANGES = 50;

export class LiveDashboard implements DashboardSource {
  readonly #observation: Observation;
  readonly #listeners = new Set<(update: DashboardState) => void>();
  readonly #changed = new Set<FunctionWatch>();
  /** How many changes of a function were told. */
  #told = new WeakMap<FunctionWatch, number>();
  #toldFailures = 0;
  #timer: NodeJS.Timeout | undefined;

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
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#end();
    };
  }

  #begin(): void {
    const { functions, failures } = this.#observation;
    this.#told = new WeakMap(Array.from(functions, (watch) => [watch, watch.history.count]));
    this.#toldFailures = failures.at(-1)?.failure ?? 0;
    this.#observation.onObserved = (watch) => {
      if (watch !== undefined) this.#changed.add(watch);
      this.#timer ??= setTimeout(() => this.#tell(), UPDATE_MS).unref();
    };
  }

  #end(): void {
    this.#observation.onObserved = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed.clear();
  }

  #tell(): void {
    this.#timer = undefined;
    const failures = this.#observation.failures.filter(({ failure }) => failure > this.#toldFailures);
    this.#toldFailures = failures.at(-1)?.failure ?? this.#toldFailures;
    const functions = Array.from(this.#changed, (watch) => {
      const fresh = watch.history.count - (this.#told.get(watch) ?? 0);
      this.#told.set(watch, watch.history.count);
      return functionState(watch, Math.min(fresh, MOST_NEW_CHANGES));
    });
    this.#changed.clear();
    const update = { at: Date.now(), functions, failures };
    for (const listener of this.#listeners) listener(update);
  }
}
