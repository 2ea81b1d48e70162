// http2-sessions.ts: the HTTP/2 connections of a server: how long one may be idle, and how they are told to go.
import type { Http2SecureServer, ServerHttp2Session } from "node:http2";

export interface SessionPatience {
  /** A connection's first request must have come by then, ms. */
  readonly firstMs: number;
  /** One without a request is ended after so long, ms. */
  readonly idleMs: number;
}

export class Http2Sessions {
  readonly #open = new Set<ServerHttp2Session>();
  readonly #patience: SessionPatience;
  #isLeaving = false;

  constructor(server: Http2SecureServer, patience: SessionPatience) {
    this.#patience = patience;
    server.on("session", (session) => this.#add(session));
    // A client's breach of the protocol ends its connection, and concerns nobody else.
    server.on("sessionError", () => {});
  }

  /**
   * Tells all clients that no further request is taken (GOAWAY). Those under way go on. One that was on its way is refused in a way that says
   * that nobody began with it: the notice without a number that HTTP/2 has for that is none that Node can send. Its `goaway()` leaves requests
   * behind it without an answer, whatever number it names.
   */
  leave(): void {
    this.#isLeaving = true;
    for (const session of this.#open) session.close();
  }

  #add(session: ServerHttp2Session): void {
    const { firstMs, idleMs } = this.#patience;
    let streams = 0;
    // Not the session's own time-out: a byte now and then would put that off for ever.
    let timer = setTimeout(() => session.destroy(), firstMs);
    this.#open.add(session);
    session.on("stream", (stream) => {
      streams++;
      clearTimeout(timer);
      stream.once("close", () => {
        if (--streams > 0 || session.closed) return;
        timer = setTimeout(() => session.close(), idleMs);
      });
    });
    session.once("close", () => {
      clearTimeout(timer);
      this.#open.delete(session);
    });
    if (this.#isLeaving) session.close();
  }
}
