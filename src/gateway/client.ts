// client.ts: the far end of one request: whether it is still there, and who wants to know when it leaves.
import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { isHttp2 } from "./http/is-http2.js";

export class Client {
  /** The connection is gone, and not because everything was said. */
  gone = false;
  /** … because the gateway has no more time for it. */
  isCutOff = false;
  /** Of the response's body, handed to the kernel or to Node's buffer. */
  receivedBytes = 0;
  /** Where it is among all (clients.ts). */
  place = 0;
  /** Called once when the client leaves. One listener: a request waits for one thing at a time. */
  onGone: (() => void) | undefined;

  constructor(response: ServerResponse) {
    if (!isHttp2(response.req)) {
      response.once("close", () => this.#onClose(response.writableFinished));
      return;
    }
    // Not the response: Node's answers to HEAD do not tell of it before they are ended.
    const { stream } = response as unknown as Http2ServerResponse;
    // Node ends a stream that its client reset, and one for HEAD at once, and calls them finished.
    stream.once("close", () =>
      this.#onClose(stream.headersSent && stream.writableFinished && !stream.aborted),
    );
  }

  /** Treats it as gone, though it may still be told why. */
  cutOff(): void {
    if (this.gone) return;
    this.isCutOff = true;
    this.gone = true;
    this.onGone?.();
  }

  #onClose(isAllSaid: boolean): void {
    if (isAllSaid || this.gone) return;
    this.gone = true;
    this.onGone?.();
  }
}
