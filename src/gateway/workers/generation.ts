// generation.ts: the workers of one config: started together, replaced when they die, retired together.
import { performance } from "node:perf_hooks";
import type { Descriptor } from "../../linux/descriptor.js";
import { settleOrphan } from "./orphans.js";
import type { DescriptorReserve } from "./reserve.js";
import { RestartDelay } from "./restart-delay.js";
import type { SupervisorEvent } from "./supervisor-event.js";
import { Watchdog } from "./watchdog.js";
import type { Launch } from "./worker-launch.js";
import { type WorkerEnd, type WorkerListener, WorkerProcess } from "./worker-process.js";

/** Beyond the time that a worker has to drain, ms: then it hangs, and is killed. */
const KILL_AFTER_MS = 2000;
const READY_MS = 300_000;
/** Of a broken line: enough to see what it was about, characters. */
const MOST_OF_A_LINE = 256;

/** What workers are made of, and how many there are. */
export interface WorkerPlan<Config> {
  readonly launch: Launch;
  /** Goes to each worker as it is: JSON. */
  readonly config: Config;
  readonly workers: number;
  /** How long a worker may load, ms; five minutes unless given. */
  readonly readyMs?: number;
  /** How long one that is ready may stand still before it is killed, ms; for ever unless given. */
  readonly hangMs?: number;
  /** How long a request may take, ms: behind a reload workers of this plan have so long to end; ten seconds unless given. */
  readonly requestMs?: number;
  /** Told when the last worker of this plan has gone. */
  readonly onAllGone?: () => void;
}

export interface GenerationPlan<Config> extends WorkerPlan<Config> {
  /** Ends workers that are not ready yet. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: SupervisorEvent) => void;
  /** Takes connections that need a worker. */
  readonly onConnection: (connection: Descriptor) => void;
  /** Descriptors that starting a worker may use. */
  readonly reserve: DescriptorReserve;
  /** The next worker's number. */
  readonly number: () => number;
  readonly listener: Pick<WorkerListener, "onNews" | "onOutput" | "onErrorOutput" | "onShortage">;
  /** A worker that was ready is gone, whatever the reason. */
  readonly onGone: (worker: number, farewell: unknown) => void;
}

/** A worker's place: who is in it changes. */
interface Place<Config> {
  readonly delay: RestartDelay;
  worker: WorkerProcess<Config>;
  isReady: boolean;
  readySince: number;
  timer: NodeJS.Timeout | undefined;
}

export class Generation<Config> {
  readonly #plan: GenerationPlan<Config>;
  readonly #places: Place<Config>[] = [];
  readonly #watchdog: Watchdog<WorkerProcess<Config>> | undefined;
  #isRetired = false;
  #isGone = false;
  #brokenOff = 0;
  /** Of workers whose connections are not all settled yet. */
  readonly #ends = new Set<Promise<void>>();

  private constructor(plan: GenerationPlan<Config>) {
    this.#plan = plan;
    const { hangMs } = plan;
    this.#watchdog =
      hangMs === undefined
        ? undefined
        : new Watchdog({ hangMs, workers: () => this.readyWorkers, onHang: this.#onHang });
  }

  /** Starts all workers; resolves when every one is ready. When one fails, the others are ended, and its error is thrown. */
  static async start<Config>(plan: GenerationPlan<Config>): Promise<Generation<Config>> {
    const generation = new Generation(plan);
    const starts = Array.from({ length: plan.workers }, () => generation.#open());
    try {
      await Promise.all(starts);
      return generation;
    } catch (error) {
      await generation.retire(0);
      throw error;
    }
  }

  /** Process ids, in the order of the places. */
  get pids(): (number | undefined)[] {
    return this.#places.map(({ worker }) => worker.pid);
  }

  /** The worker with the fewest connections; undefined when none is ready. */
  pick(): WorkerProcess<Config> | undefined {
    let best: WorkerProcess<Config> | undefined;
    for (const { worker, isReady } of this.#places)
      if (isReady && (best === undefined || worker.connections < best.connections)) best = worker;
    return best;
  }

  /** Those that take connections now. */
  get readyWorkers(): WorkerProcess<Config>[] {
    return this.#places.filter(({ isReady }) => isReady).map(({ worker }) => worker);
  }

  /** How long a request may take, ms. */
  get requestMs(): number | undefined {
    return this.#plan.requestMs;
  }

  /**
   * Replaces nobody any more, and has every worker end when its requests have. Resolves when all are gone. A second call may shorten the time.
   *
   * @param isLast nobody takes the connections over
   */
  async retire(graceMs: number, isLast = false): Promise<void> {
    this.#isRetired = true;
    // Those that drain have a deadline of their own.
    this.#watchdog?.[Symbol.dispose]();
    await Promise.all(
      this.#places.map(async ({ worker, isReady, timer }) => {
        clearTimeout(timer);
        if (graceMs > 0 && isReady) worker.drain(graceMs, isLast);
        else worker.kill();
        const hangs = setTimeout(() => worker.kill(), graceMs + KILL_AFTER_MS);
        await worker.ended;
        clearTimeout(hangs);
      }),
    );
    await Promise.all(this.#ends);
    if (this.#isGone) return;
    this.#isGone = true;
    this.#plan.onAllGone?.();
    if (this.#brokenOff > 0) this.#plan.onEvent({ kind: "broken-off", requests: this.#brokenOff });
  }

  async #open(): Promise<void> {
    const place: Place<Config> = {
      delay: new RestartDelay(),
      worker: this.#spawn(),
      isReady: false,
      readySince: 0,
      timer: undefined,
    };
    this.#places.push(place);
    await this.#settle(place);
    this.#watch(place);
  }

  #spawn(): WorkerProcess<Config> {
    const { launch, config, number, listener, onConnection, reserve } = this.#plan;
    const told = { ...listener, onReturned: onConnection, onBrokenLine: this.#onBrokenLine };
    return reserve.lend(() => new WorkerProcess(number(), launch, config, told));
  }

  /** Waits until the worker in a place is ready. */
  async #settle(place: Place<Config>): Promise<void> {
    const { worker } = place;
    const started = performance.now();
    const walls = await this.#loaded(worker);
    place.isReady = true;
    place.readySince = performance.now();
    const ms = Math.round(place.readySince - started);
    this.#plan.onEvent({ kind: "worker-ready", worker: worker.number, pid: worker.pid, ms, walls });
  }

  /** The worker's walls; throws when it takes too long, or nobody wants it any more. */
  async #loaded(worker: WorkerProcess<Config>): Promise<string> {
    const { signal, readyMs = READY_MS } = this.#plan;
    let giveUp = (): void => {};
    const late = setTimeout(() => giveUp(), readyMs);
    try {
      return await Promise.race([
        worker.ready,
        new Promise<never>((_, reject) => {
          giveUp = () => reject(new Error(`a worker was not ready after ${readyMs} ms`));
          if (signal.aborted) giveUp();
          signal.addEventListener("abort", giveUp);
        }),
      ]);
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", giveUp);
    }
  }

  #watch(place: Place<Config>): void {
    const end = place.worker.ended.then((how) => this.#onEnd(place, how));
    this.#ends.add(end);
    void end.finally(() => this.#ends.delete(end));
  }

  readonly #onBrokenLine = (worker: number, part: string): void =>
    this.#plan.onEvent({ kind: "worker-line-broken", worker, text: part.slice(0, MOST_OF_A_LINE) });

  readonly #onHang = (worker: WorkerProcess<Config>, silentMs: number): void => {
    const { number, pid } = worker;
    this.#plan.onEvent({ kind: "worker-hung", worker: number, pid, silentMs: Math.round(silentMs) });
    worker.kill();
  };

  async #onEnd(
    place: Place<Config>,
    { status, signal, orphans, farewell, brokenOff }: WorkerEnd,
  ): Promise<void> {
    const { worker, isReady } = place;
    const { onGone, onConnection, onEvent } = this.#plan;
    place.isReady = false;
    if (isReady) onGone(worker.number, farewell);
    const losses = orphans.map(({ connection, state }) => settleOrphan(connection, state, onConnection));
    const restartMs = place.delay.after(isReady ? performance.now() - place.readySince : 0);
    const isRetired = this.#isRetired;
    if (!isRetired) place.timer = setTimeout(() => this.#replace(place), restartMs);
    const lost = (await Promise.all(losses)).reduce((sum, each) => sum + each, 0);
    const { number, pid } = worker;
    if (isRetired) this.#brokenOff += brokenOff ?? lost;
    else onEvent({ kind: "worker-died", worker: number, pid, status, signal, lost, restartMs });
  }

  #replace(place: Place<Config>): void {
    try {
      place.worker = this.#spawn();
    } catch (error) {
      // Without descriptors or memory there is no process; clients that leave give some back.
      this.#plan.onEvent({ kind: "worker-failed", worker: place.worker.number, error });
      place.timer = setTimeout(() => this.#replace(place), place.delay.after(0));
      return;
    }
    this.#watch(place);
    void this.#start(place);
  }

  /** Follows a worker that takes another's place until it is ready, or will not be. */
  async #start(place: Place<Config>): Promise<void> {
    try {
      await this.#settle(place);
    } catch (error) {
      if (this.#isRetired) return;
      this.#plan.onEvent({ kind: "worker-failed", worker: place.worker.number, error });
      // It may still be there: one that said why it cannot start ends itself; one that hangs does not.
      place.worker.kill();
    }
  }
}
