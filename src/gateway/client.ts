// client.ts: the far end of one request: whether it is still there, and who wants to know when it leaves.
import type { ServerResponse } from "node:http";

export class Client {
  /** The connection is gone, and not because everything was said. */
  gone = false;
  /** Called once when the client leaves. One listener: a request waits for one thing at a time. */
  onGone: (() => void) | undefined;

  constructor(response: ServerResponse) {
    response.once("close", () => {
      if (response.writableFinished) return;
      this.gone = true;
      this.onGone?.();
    });
  }
}
