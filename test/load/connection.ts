// connection.ts: a client's end of one TCP connection: bytes out, bytes in as they are asked for, and no patience without an end.
import { connect, type Socket } from "node:net";

/** No request takes so long, whatever its limits, its queue and a worker's restart: what does hangs, ms. */
const LATE_MS = 30_000;

export class Connection {
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #isOver = false;
  #onChange: (() => void) | undefined;
  #patience: NodeJS.Timeout | undefined;
  /** The time of the request under way is over. */
  isLate = false;
  #isIdle = false;
  /** What was on it last. */
  before: string | undefined;
  /** Since when nothing is under way, if something ever was, on the clock of performance.now(). */
  restedSince: number | undefined;

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay(true);
    const change = (): void => {
      // That it was closed between two requests is seen only by who reads.
      if (this.#isIdle) this.#read();
      this.#onChange?.();
    };
    const over = (): void => {
      this.#isOver = true;
      change();
    };
    // Nothing flows before somebody reads: a slow reader is slow for the kernel, too.
    socket.on("readable", change).on("end", over).on("close", over).on("error", over);
  }

  /** @throws what kept it from being made */
  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", reject).once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Whether a further request may be sent: the other side has neither closed it, nor said what nobody asked for. */
  get isOpen(): boolean {
    return !this.#isOver && this.#socket.writable && this.#pending.length === 0;
  }

  /** Bytes that came and nobody took. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /** A request begins: from now on its time runs. */
  begin(): void {
    this.isLate = false;
    this.#isIdle = false;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.isLate = true;
      this.#onChange?.();
    }, LATE_MS);
  }

  /** Nothing is under way any more. */
  rest(what: string): void {
    this.before = what;
    clearTimeout(this.#patience);
    this.#isIdle = true;
    this.restedSince = performance.now();
    this.#read();
  }

  send(bytes: Uint8Array | string): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Sends no faster than the other side takes it; gives up when that has gone. */
  async sendSlowly(pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      if (!this.#socket.writable || this.isLate) return;
      if (!this.#socket.write(piece)) await this.#drained();
    }
  }

  /** All up to `mark`, with it; undefined when the connection ends, or the time, before it comes. */
  async take(mark: string): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#pending.indexOf(mark, 0, "latin1");
      if (at >= 0) return this.#cut(at + mark.length);
      if (!(await this.#more())) return undefined;
    }
  }

  /** At least a byte, at most so many; undefined as above. */
  async takeUpTo(most: number): Promise<Buffer | undefined> {
    if (this.#pending.length === 0 && !(await this.#more())) return undefined;
    return this.#cut(most);
  }

  /** Ends it: in order, or with a reset. What comes still is dropped. */
  leave(how: "end" | "reset" = "end"): void {
    clearTimeout(this.#patience);
    if (how === "reset") this.#socket.resetAndDestroy();
    else this.#socket.destroySoon();
  }

  #cut(length: number): Buffer {
    const piece = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(piece.length);
    return piece;
  }

  /** Whether there are more bytes than before. */
  async #more(): Promise<boolean> {
    for (;;) {
      if (this.#read()) return true;
      if (this.#isOver || this.isLate) return false;
      await this.#change();
    }
  }

  #read(): boolean {
    const piece = this.#socket.read() as Buffer | null;
    if (piece === null) return false;
    this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    return true;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }

  async #drained(): Promise<void> {
    const changed = this.#change();
    const onDrain = (): void => this.#onChange?.();
    this.#socket.once("drain", onDrain);
    await changed;
    this.#socket.off("drain", onDrain);
  }
}
