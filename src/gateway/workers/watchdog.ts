// watchdog.ts: finds workers that stand still: those whose pulse has not changed for too long while this process itself was awake.
import { performance } from "node:perf_hooks";

/** How often a worker gives a sign of life, ms. */
export const BEAT_MS = 250;
/** So often it is looked within the time that a worker may stand still; at least every few seconds, because a pulse is a byte, which begins anew after a minute. */
const LOOKS = 10;
const LONGEST_LOOK_MS = 5000;

/** Somebody whose pulse can be felt. */
export interface Watched {
  readonly pulse: number;
}

export interface WatchdogOptions<Worker> {
  /** How long one may stand still, ms; some times BEAT_MS. */
  readonly hangMs: number;
  /** Those to look at. Who is new among them has all that time. */
  readonly workers: () => Iterable<Worker>;
  /** Told once of each that hangs. */
  readonly onHang: (worker: Worker, silentMs: number) => void;
}

interface Seen {
  readonly pulse: number;
  readonly since: number;
  isTold: boolean;
}

export class Watchdog<Worker extends Watched> implements Disposable {
  readonly #options: WatchdogOptions<Worker>;
  readonly #seen = new WeakMap<Worker, Seen>();
  readonly #lookMs: number;
  readonly #timer: NodeJS.Timeout;
  #lastLook = performance.now();

  constructor(options: WatchdogOptions<Worker>) {
    this.#options = options;
    this.#lookMs = Math.min(options.hangMs / LOOKS, LONGEST_LOOK_MS);
    this.#timer = setInterval(() => this.#look(), this.#lookMs).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { hangMs, workers, onHang } = this.#options;
    const now = performance.now();
    // Who was asleep cannot say of others that they were not: the machine was suspended, or this process stopped.
    const isLate = now - this.#lastLook > 2 * this.#lookMs;
    this.#lastLook = now;
    for (const worker of workers()) {
      const { pulse } = worker;
      const seen = this.#seen.get(worker);
      if (isLate || seen?.pulse !== pulse) this.#seen.set(worker, { pulse, since: now, isTold: false });
      else if (now - seen.since >= hangMs && !seen.isTold) {
        seen.isTold = true;
        onHang(worker, now - seen.since);
      }
    }
  }
}
