// supervisor.ts: owns the port and the workers behind it: hands every connection to one, replaces the dead, changes all of them without losing a request.
import type { Descriptor } from "../../linux/descriptor.js";
import type { ListenAddress } from "../http-server.js";
import { Generation, type WorkerPlan } from "./generation.js";
import type { Question } from "./messages.js";
import { refuse } from "./orphans.js";
import { Port } from "./port.js";
import { DescriptorReserve } from "./reserve.js";
import { Seldom } from "./seldom.js";
import type { SupervisorEvent } from "./supervisor-event.js";

/** Connections that may wait while no worker is ready. */
const MOST_WAITING = 1024;
/** How long requests under way have to end when workers drain, ms. */
const GRACE_MS = 10_000;
/** How long a worker may take to answer a question, ms: whoever asks for metrics wants those of the others. */
const PATIENCE_MS = 2000;

export interface SupervisorOptions<Config> extends WorkerPlan<Config> {
  readonly listen: ListenAddress;
  /** What clients speak; the supervisor itself reads none of it. "http" unless given. */
  readonly scheme?: "http" | "https";
  readonly onEvent?: (event: SupervisorEvent) => void;
  /** Told what workers tell unasked. */
  readonly onNews?: (worker: number, news: unknown) => void;
  /** Told of every worker that has served and is gone, with its last words if there were any. */
  readonly onGone?: (worker: number, farewell: unknown) => void;
  /** Gets whole lines of what workers write to their standard output; absent: that is this process's. */
  readonly onOutput?: (lines: string) => void;
  /** Whether what they write to their standard error is told as events; otherwise that is this process's. */
  readonly tellsErrorOutput?: boolean;
}

/** One worker's answer. */
export interface WorkerAnswer {
  readonly worker: number;
  readonly pid: number | undefined;
  readonly answer: unknown;
}

export class Supervisor<Config> implements AsyncDisposable {
  readonly #options: Omit<SupervisorOptions<Config>, keyof WorkerPlan<Config>>;
  readonly #onEvent: (event: SupervisorEvent) => void;
  readonly #waiting: Descriptor[] = [];
  /** Old ones drain. */
  readonly #retiring = new Set<Generation<Config>>();
  #port: Port | undefined;
  readonly #reserve = new DescriptorReserve();
  readonly #shortages = new Seldom();
  #generation: Generation<Config> | undefined;
  #reloading: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();
  #isLeaving = false;
  #isClosing = false;
  #workers = 0;

  private constructor(options: SupervisorOptions<Config>) {
    this.#options = options;
    this.#onEvent = (event) => {
      options.onEvent?.(event);
      if (event.kind === "worker-ready") this.#serveWaiting();
    };
  }

  /**
   * Starts the workers, then listens.
   *
   * @throws what a worker's body threw; MayflyError ADDRESS_IN_USE, OPTION_INVALID
   */
  static async start<Config>(options: SupervisorOptions<Config>): Promise<Supervisor<Config>> {
    const supervisor = new Supervisor<Config>(options);
    supervisor.#generation = await supervisor.#startGeneration(options);
    try {
      supervisor.#port = await Port.open(options.listen, options.scheme ?? "http", {
        prepare: () => supervisor.#reserve.fill(),
        onConnection: (connection) => supervisor.#hand(connection),
        onShortage: (error) => {
          if (supervisor.#shortages.isNews("port")) supervisor.#onEvent({ kind: "connections-wait", error });
        },
      });
      return supervisor;
    } catch (error) {
      await supervisor.#generation.retire(0);
      throw error;
    }
  }

  /** Where it listens: "http://127.0.0.1:8080". */
  get url(): string {
    return this.#port?.url ?? "";
  }

  /** Process ids of the workers in charge. */
  get pids(): readonly (number | undefined)[] {
    return this.#generation?.pids ?? [];
  }

  /** Connections on which a worker in charge has something to do. */
  get busyConnections(): number {
    const workers = this.#generation?.readyWorkers ?? [];
    return workers.reduce((sum, { busyConnections }) => sum + busyConnections, 0);
  }

  /** Whether a worker takes requests, and the end has not begun. */
  get isReady(): boolean {
    return (
      !this.#isLeaving &&
      !this.#isClosing &&
      this.#port !== undefined &&
      this.#generation?.pick() !== undefined
    );
  }

  /** Workers that take requests now. */
  get readyWorkers(): number {
    return this.#generation?.readyWorkers.length ?? 0;
  }

  /** Asks every worker in charge. One that ends meanwhile, or stands still, has no answer. */
  async ask(question: Question, patienceMs = PATIENCE_MS): Promise<WorkerAnswer[]> {
    const workers = this.#generation?.readyWorkers ?? [];
    const answers = await Promise.allSettled(
      workers.map((worker) => inTime(worker.ask(question), patienceMs)),
    );
    return answers.flatMap((result, i) =>
      // What one that is gone has told was accounted for when it went.
      result.status === "fulfilled" && !workers[i]!.isOver
        ? [{ worker: workers[i]!.number, pid: workers[i]!.pid, answer: result.value }]
        : [],
    );
  }

  /**
   * Starts workers of a new plan; when all are ready they get every new connection, and the idle ones of the old workers, which end
   * when their requests have. One after the other, in the order of the calls.
   *
   * @param graceMs how long these may take; as long as their plan says of a request unless given
   * @throws what kept a new worker from being ready: then the old ones go on as if nothing had happened
   */
  reload(plan: WorkerPlan<Config>, graceMs?: number): Promise<void> {
    const done = this.#reloading.then(() => this.#reload(plan, graceMs));
    this.#reloading = done.catch(() => {});
    return done;
  }

  /** Says from now on that it is not ready, and goes on: whoever sends requests has time to learn of the end. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Stops to listen and has the workers end when their requests have. A second call may shorten the time they have for that. */
  async close(graceMs = GRACE_MS): Promise<void> {
    this.#isClosing = true;
    this.#closing.abort();
    this.#port?.close();
    this.#reserve[Symbol.dispose]();
    for (const connection of this.#waiting.splice(0)) refuse(connection);
    await this.#reloading;
    const all = [this.#generation, ...this.#retiring];
    await Promise.all(all.map((generation) => generation?.retire(graceMs, true)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #reload(plan: WorkerPlan<Config>, graceMs: number | undefined): Promise<void> {
    if (this.#isClosing) {
      plan.onAllGone?.();
      throw new Error("the workers are ending: no others take their place");
    }
    try {
      const next = await this.#startGeneration(plan);
      const old = this.#generation;
      this.#generation = next;
      this.#serveWaiting();
      this.#onEvent({ kind: "reloaded" });
      if (old === undefined) return;
      this.#retiring.add(old);
      void old.retire(graceMs ?? old.requestMs ?? GRACE_MS).finally(() => this.#retiring.delete(old));
    } catch (error) {
      if (!this.#isClosing) this.#onEvent({ kind: "reload-failed", error });
      throw error;
    }
  }

  #startGeneration(plan: WorkerPlan<Config>): Promise<Generation<Config>> {
    const { onNews = () => {}, onGone = () => {}, onOutput, tellsErrorOutput = false } = this.#options;
    const onErrorOutput = (worker: number, text: string): void =>
      this.#onEvent({ kind: "worker-stderr", worker, text });
    return Generation.start({
      ...plan,
      signal: this.#closing.signal,
      onEvent: this.#onEvent,
      onConnection: (connection) => this.#hand(connection),
      number: () => ++this.#workers,
      reserve: this.#reserve,
      listener: {
        onNews,
        onOutput,
        onErrorOutput: tellsErrorOutput ? onErrorOutput : undefined,
        onShortage: (worker) => this.#onShortage(worker),
      },
      onGone,
    });
  }

  #hand(connection: Descriptor): void {
    if (this.#isClosing) {
      // An idle one that a worker gave back: nobody will take its next request.
      connection.close();
      return;
    }
    const worker = this.#generation?.pick();
    if (worker !== undefined) worker.give(connection);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(connection);
    else refuse(connection);
  }

  #serveWaiting(): void {
    for (const connection of this.#waiting.splice(0)) this.#hand(connection);
  }

  #onShortage(worker: number): void {
    if (this.#shortages.isNews(`worker ${worker}`)) this.#onEvent({ kind: "connections-refused", worker });
  }
}

/** @throws Error when it takes longer */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a worker did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
