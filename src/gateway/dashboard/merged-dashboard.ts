// merged-dashboard.ts: the dashboards of several workers as one, made of what each tells: its state once, then its updates.
import { MOST_FAILURES, type ShownFailure } from "../observation/failures.js";
import { Coalesced } from "./coalesced.js";
import type { DashboardSource, DashboardState, FunctionState } from "./dashboard-state.js";
import { MergedFunction } from "./merged-function.js";

/** @example in a worker: `send(dashboard.state()); dashboard.subscribe(send)`; where the page is: `merged.begin("2", state)`, then `merged.tell("2", update)`. */
export class MergedDashboard implements DashboardSource {
  readonly #functions = new Map<string, MergedFunction>();
  readonly #changed = new Set<MergedFunction>();
  readonly #updates = new Coalesced(() => this.#update());
  /** Numbered here, once each: workers may tell of one again. */
  #failures: ShownFailure[] = [];
  #failed = 0;
  /** The last one that each worker told, by its own numbers. */
  readonly #lastOf = new Map<string, number>();
  #toldFailures = 0;

  /**
   * A worker's whole state, which takes the place of all that it told before, but for failures: these stay.
   *
   * @param worker what its VMs are called by: "2" makes "2.17" of VM 17; a worker that was replaced is another
   */
  begin(worker: string, whole: DashboardState): void {
    for (const state of whole.functions) this.#functionOf(state).begin(worker, state);
    this.#addFailures(worker, whole);
    this.#updates.soon();
  }

  /** What has changed in a worker since the last time. */
  tell(worker: string, update: DashboardState): void {
    for (const state of update.functions) this.#functionOf(state).tell(worker, state);
    this.#addFailures(worker, update);
    this.#updates.soon();
  }

  /** The worker ended: so did its VMs. What it counted stays, and its failures. */
  gone(worker: string): void {
    this.#lastOf.delete(worker);
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

  /** The function of that name, which has changed. */
  #functionOf({ name }: FunctionState): MergedFunction {
    let merged = this.#functions.get(name);
    if (merged === undefined) {
      merged = new MergedFunction(name);
      this.#functions.set(name, merged);
    }
    this.#changed.add(merged);
    return merged;
  }

  #addFailures(worker: string, { failures }: DashboardState): void {
    const last = this.#lastOf.get(worker) ?? 0;
    const added = failures.filter(({ failure }) => failure > last);
    if (added.length === 0) return;
    this.#lastOf.set(worker, added.at(-1)!.failure);
    this.#failures = [...this.#failures, ...added.map((each) => ({ ...each, failure: ++this.#failed }))]
      .sort((one, other) => one.at - other.at)
      .slice(-MOST_FAILURES);
  }
}
