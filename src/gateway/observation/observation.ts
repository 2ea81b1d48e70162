// observation.ts: what a gateway's functions and requests do, counted once, for metrics and the dashboard alike.
import type { FunctionObserver } from "../../function/observer.js";
import { Failures, type SeenRequest, type ShownFailure } from "./failures.js";
import { FunctionWatch } from "./function-watch.js";

/** Told which function something happened to; undefined: a failure was added. */
export type OnObserved = (watch: FunctionWatch | undefined) => void;

export class Observation {
  /** Requests by the function that answered ("" for none) and by status. */
  readonly requests = new Map<string, Map<number, number>>();
  readonly #functions = new Map<string, FunctionWatch>();
  readonly #failures = new Failures();
  /** One listener: it must cost nothing while nobody looks. */
  onObserved: OnObserved | undefined;

  /**
   * An observer for a function; for one that is loaded anew, the same.
   *
   * @param vmMemoryMiB guest memory of each of its VMs
   */
  observe(name: string, vmMemoryMiB: number): FunctionObserver {
    let watch = this.#functions.get(name);
    if (watch === undefined) {
      watch = new FunctionWatch(name, vmMemoryMiB, (changed) => this.onObserved?.(changed));
      this.#functions.set(name, watch);
    }
    return watch;
  }

  /**
   * A request is over.
   *
   * @param name the function that was to answer it; undefined for static files and what has no route
   */
  request(name: string | undefined, seen: SeenRequest): void {
    let statuses = this.requests.get(name ?? "");
    if (statuses === undefined) {
      statuses = new Map();
      this.requests.set(name ?? "", statuses);
    }
    statuses.set(seen.status, (statuses.get(seen.status) ?? 0) + 1);
    if (this.#failures.add(name, seen)) this.onObserved?.(undefined);
  }

  get functions(): Iterable<FunctionWatch> {
    return this.#functions.values();
  }

  /** Oldest first. */
  get failures(): readonly ShownFailure[] {
    return this.#failures.last;
  }
}
