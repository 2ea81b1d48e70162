// worker-process.ts: one worker as the supervisor sees it: its process, the connections that it has, questions to it.
import type { ChildProcess } from "node:child_process";
import type { Descriptor } from "../../linux/descriptor.js";
import { connectionChannel, sendConnection, type Ticket } from "./connection-channel.js";
import { ConnectionTable, requestsOf, SlotState, TABLE_SLOTS } from "./connection-table.js";
import { gatherErrorOutput } from "./error-output.js";
import { errorOf } from "./error-words.js";
import type { Question, ToSupervisor, ToWorker } from "./messages.js";
import { refuse } from "./orphans.js";
import { wholeLines } from "./whole-lines.js";
import { type Launch, launchWorker } from "./worker-launch.js";

/** A connection that the worker had when it ended, and what it was doing on it. */
export interface Orphan {
  readonly connection: Descriptor;
  readonly state: number;
}

export interface WorkerEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly orphans: readonly Orphan[];
  /** What it said at last, if it came to that. */
  readonly farewell: unknown;
  /** Requests that it broke off at the end of a drain; undefined when it did not come to say so. */
  readonly brokenOff: number | undefined;
}

/** Whom a worker's doings concern. */
export interface WorkerListener {
  /** Gets connections that the worker gives back: nothing of a next request was read from them. */
  onReturned(connection: Descriptor): void;
  /** It had no descriptor for a connection, which is answered with 503. */
  onShortage(worker: number): void;
  onNews(worker: number, news: unknown): void;
  /** Whole lines of what it writes to its standard output, if that is not its supervisor's. */
  onOutput: ((lines: string) => void) | undefined;
  /** What it writes to its standard error, some lines at a time, if that is not its supervisor's. */
  onErrorOutput: ((worker: number, text: string) => void) | undefined;
  /** The part of a line that it had written when it ended. */
  onBrokenLine(worker: number, part: string): void;
}

interface Held {
  readonly connection: Descriptor;
  readonly slot: number;
}

/** How long connections wait for room in the channel, ms: a worker that takes none is busy, or stands still. */
const FULL_MS = 10;

interface Asked {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerProcess<Config> {
  /** Among all of its supervisor's, from 1. */
  readonly number: number;
  /** Resolves with the walls around it once it takes connections; rejects with what kept it from that. */
  readonly ready: Promise<string>;
  /** Resolves when it is gone, whatever the reason. */
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;
  readonly #table = ConnectionTable.create();
  readonly #channel: Descriptor;
  /** Those that found no room in the channel. */
  readonly #unsent: Ticket[] = [];
  readonly #held = new Map<number, Held>();
  readonly #freeSlots: number[] = [];
  readonly #asked = new Map<number, Asked>();
  readonly #listener: WorkerListener;
  #farewell: unknown;
  #brokenOff: number | undefined;
  #slots = 0;
  #ids = 0;
  #isOver = false;

  constructor(number: number, launch: Launch, config: Config, listener: WorkerListener) {
    this.number = number;
    this.#listener = listener;
    const { onOutput, onErrorOutput } = listener;
    const { ours, theirs } = channelBeside(this.#table);
    this.#channel = ours;
    const output = onOutput === undefined ? "inherit" : "pipe";
    const errors = onErrorOutput === undefined ? "inherit" : "pipe";
    const inherited = { table: this.#table.memory.fd, channel: theirs.fd };
    const child = launchWorker(launch, inherited, output, errors);
    theirs.close();
    this.#child = child;
    // Of a process that could not be made Node leaves it undefined, whatever its types say.
    if (onOutput !== undefined && child.stdout)
      wholeLines(child.stdout, onOutput, (part) => listener.onBrokenLine(number, part));
    if (onErrorOutput !== undefined && child.stderr)
      gatherErrorOutput(child.stderr, (text) => onErrorOutput(number, text));
    this.ended = new Promise((resolve) => {
      // A process that could not be made ends without having begun.
      child.once("error", () => child.pid === undefined && resolve(this.#end(null, null)));
      child.once("close", (status, signal) => resolve(this.#end(status, signal)));
    });
    this.ready = new Promise((resolve, reject) => {
      child.on("message", (message: ToSupervisor) => {
        if (message.say === "hello") this.#send({ say: "config", worker: number, config });
        else if (message.say === "ready") resolve(message.walls);
        else if (message.say === "failed") reject(errorOf(message.error));
        else this.#onMessage(message);
      });
      child.once("error", reject);
      void this.ended.then(({ status, signal }) =>
        reject(new Error(`a worker ended before it was ready (${signal ?? `exit status ${status}`})`)),
      );
    });
    this.ready.catch(() => {});
  }

  /** It is gone. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Connections that it has. */
  get connections(): number {
    return this.#held.size;
  }

  /** Connections on which it has something to do. */
  get busyConnections(): number {
    return [...this.#held.values()].filter(({ slot }) => requestsOf(this.#table.read(slot)) > 0).length;
  }

  /** Changes as long as its event loop turns, once it is ready. */
  get pulse(): number {
    return this.#table.pulse;
  }

  /** Hands a connection over. The supervisor keeps its own end of it, so that a dead worker's clients can be answered. */
  give(connection: Descriptor): void {
    const ticket = { id: this.#ids++, slot: this.#freeSlots.pop() ?? this.#slots++ };
    this.#table.write(ticket.slot, SlotState.untouched);
    this.#held.set(ticket.id, { connection, slot: ticket.slot });
    this.#unsent.push(ticket);
    if (this.#unsent.length === 1) this.#sendConnections();
  }

  /** @throws Error when it ends before it has answered */
  ask(question: Question): Promise<unknown> {
    if (this.#isOver) return Promise.reject(new Error("the worker has ended"));
    const id = this.#ids++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#send({ say: "ask", id, question });
    });
  }

  /**
   * Has it return connections as they become idle, and end when none is left, at the latest when the time is over: a second call may shorten it.
   *
   * @param isLast nobody will take those connections over
   */
  drain(graceMs: number, isLast: boolean): void {
    this.#send({ say: "drain", graceMs, isLast });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  readonly #sendConnections = (): void => {
    for (let ticket = this.#unsent[0]; ticket !== undefined && !this.#isOver; ticket = this.#unsent[0]) {
      // A worker that says that it is through with what it never got has its way.
      const held = this.#held.get(ticket.id);
      if (held !== undefined && !this.#sendOne(ticket, held.connection)) {
        setTimeout(this.#sendConnections, FULL_MS);
        return;
      }
      this.#unsent.shift();
    }
  };

  /** Whether that is done with. Where nobody is left to receive it, the worker's end is near: then it is an orphan like others. */
  #sendOne(ticket: Ticket, connection: Descriptor): boolean {
    try {
      return sendConnection(this.#channel, ticket, connection) !== "full";
    } catch {
      // This host's want of something: it may pass.
      return false;
    }
  }

  #send(message: ToWorker<Config>): void {
    // A channel that broke has a process that ended: `ended` tells.
    if (this.#child.connected) this.#child.send(message as object, () => {});
  }

  #onMessage(message: ToSupervisor): void {
    switch (message.say) {
      case "closed":
        for (const connection of this.#releaseAll(message.ids)) connection.close();
        break;
      case "returned":
        for (const connection of this.#releaseAll(message.ids)) this.#listener.onReturned(connection);
        break;
      case "refused":
        for (const connection of this.#releaseAll(message.ids)) refuse(connection);
        this.#listener.onShortage(this.number);
        break;
      case "news":
        this.#listener.onNews(this.number, message.news);
        break;
      case "farewell":
        this.#farewell = message.words;
        this.#brokenOff = countIn(message.brokenOff);
        break;
      case "answer": {
        const asked = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        if (message.error === undefined) asked?.resolve(message.answer);
        else asked?.reject(errorOf(message.error));
      }
    }
  }

  /** Whoever has broken into a worker can say anything. */
  #releaseAll(ids: unknown): Descriptor[] {
    return Array.isArray(ids) ? ids.flatMap((id) => this.#release(id) ?? []) : [];
  }

  #release(id: number): Descriptor | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    this.#held.delete(id);
    if (held.slot < TABLE_SLOTS) this.#freeSlots.push(held.slot);
    return held.connection;
  }

  #end(status: number | null, signal: NodeJS.Signals | null): WorkerEnd {
    this.#isOver = true;
    for (const { reject } of this.#asked.values()) reject(new Error("the worker ended before it answered"));
    this.#asked.clear();
    const orphans = [...this.#held.values()].map(({ connection, slot }) => ({
      connection,
      state: this.#table.read(slot),
    }));
    this.#held.clear();
    this.#table[Symbol.dispose]();
    this.#channel.close();
    return { status, signal, orphans, farewell: this.#farewell, brokenOff: this.#brokenOff };
  }
}

/** Whoever has broken into a worker can say anything. */
function countIn(said: unknown): number | undefined {
  return Number.isSafeInteger(said) && (said as number) >= 0 ? (said as number) : undefined;
}

/** @throws SystemCallError without descriptors; then the table is given back, too */
function channelBeside(table: ConnectionTable): { ours: Descriptor; theirs: Descriptor } {
  try {
    return connectionChannel();
  } catch (error) {
    table[Symbol.dispose]();
    throw error;
  }
}
