// held-socket.ts: a socket whose reader can be held, so that a slow guest slows the server down.
import type { Socket } from "node:net";

/**
 * Holds undici by the socket, not by its own pause: when the other side closes or resets a connection whose parser is paused, undici 6 and
 * 7 throw from an event (nodejs/undici issue 5360, repaired in 8 alone), and any server could end the process so. Held, it finds nothing to read.
 */
export class HeldSocket {
  readonly socket: Socket;
  /** Why the socket broke. undici takes a reset for the end of a response that has no length. */
  error: Error | undefined;
  #held = false;

  constructor(socket: Socket) {
    this.socket = socket;
    const read = socket.read.bind(socket);
    // read(0) takes nothing: it is how the stream itself looks for more.
    socket.read = (size) => (this.#held && size !== 0 ? null : read(size));
    socket.on("error", (error) => {
      this.error = error;
    });
  }

  hold(): void {
    this.#held = true;
  }

  /** What came meanwhile is read by whoever reads the next time. */
  letGo(): void {
    this.#held = false;
  }

  /** Reading goes on at once. Not to be called from within the reader. */
  resume(): void {
    if (!this.#held) return;
    this.#held = false;
    if (!this.socket.destroyed) this.socket.emit("readable");
  }
}
