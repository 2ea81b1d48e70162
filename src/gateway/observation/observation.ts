// observation.ts: what a gateway's functions and requests do, counted once, for metrics and the dashboard alike.
import type { CallDone, FunctionObserver, VmChange } from "../../function/observer.js";
import { Failures, type SeenRequest, type ShownFailure } from "./failures.js";
import { FunctionWatch } from "./function-watch.js";

/** Told which function something happened to; undefined: a failure was added. */
export type OnObserved = (watch: FunctionWatch | undefined) => void;

/** What was seen and is not yet counted. */
type Note = { readonly watch: FunctionWatch } & (
  | { readonly change: VmChange; readonly at: number }
  | { readonly done: CallDone }
);

/** A request makes three or four notes. Counted between its other work they take it some 8 µs; many in a row find the code at hand. */
const MOST_NOTES = 128;

export class Observation {
  /** Requests by the function that answered ("" for none) and by status. */
  readonly requests = new Map<string, Map<number, number>>();
  readonly #functions = new Map<string, FunctionWatch>();
  readonly #failures = new Failures();
  readonly #notes: Note[] = [];
  /** One listener: it must cost nothing while nobody looks. */
  onObserved: OnObserved | undefined;
  /** Told that a failure was added, also while nobody looks. */
  onFailure: (() => void) | undefined;

  /**
   * An observer for a function; for one that is loaded anew, the same.
   *
   * @param vmMemoryMiB guest memory of each of its VMs
   */
  observe(name: string, vmMemoryMiB: number): FunctionObserver {
    const watch = this.#functions.get(name) ?? new FunctionWatch(name, vmMemoryMiB);
    this.#functions.set(name, watch);
    return {
      vm: (change) => this.#note({ watch, change, at: performance.now() }),
      call: (done) => this.#note({ watch, done }),
    };
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
    if (!this.#failures.add(name, seen)) return;
    this.onObserved?.(undefined);
    this.onFailure?.();
  }

  get functions(): Iterable<FunctionWatch> {
    this.#count();
    return this.#functions.values();
  }

  /** Oldest first. */
  get failures(): readonly ShownFailure[] {
    return this.#failures.last;
  }

  #note(note: Note): void {
    this.#notes.push(note);
    if (this.onObserved !== undefined || this.#notes.length >= MOST_NOTES) this.#count();
  }

  #count(): void {
    for (const note of this.#notes.splice(0)) {
      const { watch } = note;
      if ("change" in note) watch.vm(note.change, note.at);
      else watch.call(note.done);
      this.onObserved?.(watch);
    }
  }
}
