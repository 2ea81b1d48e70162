// event-stream.ts: a dashboard's updates as server-sent events, to a bounded number of pages; a slow one skips what it cannot take.
import type { ServerResponse } from "node:http";
import type { DashboardSource, DashboardState } from "./dashboard-state.js";

const MOST_PAGES = 32;
/** Says that nothing happened, ms: what stands between would end a silent connection. */
const BEAT_MS = 15_000;

export class EventStream {
  readonly #source: DashboardSource;
  /** The pages, and whether each missed something. */
  readonly #pages = new Map<ServerResponse, boolean>();
  #unsubscribe: (() => void) | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(source: DashboardSource) {
    this.#source = source;
  }

  /** @returns false when there are too many pages already */
  add(page: ServerResponse): boolean {
    if (this.#pages.size >= MOST_PAGES) return false;
    page.writeHead(200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
    page.write(`retry: 1000\n${event("state", this.#source.state())}`);
    if (this.#pages.size === 0) this.#begin();
    this.#pages.set(page, false);
    page.on("drain", () => this.#catchUp(page));
    page.on("close", () => this.#remove(page));
    return true;
  }

  /** Ends all streams; the pages will come again. */
  close(): void {
    for (const page of this.#pages.keys()) page.end();
  }

  #begin(): void {
    this.#unsubscribe = this.#source.subscribe((update) => this.#send(event("update", update)));
    this.#beat = setInterval(() => this.#send(": beat\n\n"), BEAT_MS).unref();
  }

  #send(text: string): void {
    for (const page of this.#pages.keys())
      if (page.writableNeedDrain) this.#pages.set(page, true);
      else page.write(text);
  }

  #catchUp(page: ServerResponse): void {
    if (this.#pages.get(page) !== true) return;
    this.#pages.set(page, false);
    page.write(event("state", this.#source.state()));
  }

  #remove(page: ServerResponse): void {
    this.#pages.delete(page);
    if (this.#pages.size > 0) return;
    this.#unsubscribe?.();
    clearInterval(this.#beat);
  }
}

/** JSON has no line ends of its own, so that one line holds it. */
function event(name: string, data: DashboardState): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
