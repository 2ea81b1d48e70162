// dashboard-handler.ts: the dashboard over node:http: its page, its state, its events. Who may come at all is the admin server's matter.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { DashboardSource } from "./dashboard-state.js";
import { EventStream } from "./event-stream.js";
import { PAGE, PAGE_POLICY } from "./page/page.js";

export interface DashboardHandler {
  /** Answers GET and HEAD of `/`, `/state.json` and `/events`; says false for every other path, untouched. */
  (request: IncomingMessage, response: ServerResponse): boolean;
  /** Ends the event streams, which would keep a server from closing. */
  close(): void;
}

/** What is shown is nobody else's: no cache, no frame, no guessing of types. */
const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

export function dashboardHandler(source: DashboardSource): DashboardHandler {
  const events = new EventStream(source);
  const answers: Record<string, (response: ServerResponse) => void> = {
    "/": (response) => {
      response.setHeader("content-security-policy", PAGE_POLICY);
      send(response, "text/html; charset=utf-8", PAGE);
    },
    "/state.json": (response) => send(response, "application/json", JSON.stringify(source.state())),
    "/events": (response) => {
      if (events.add(response)) return;
      response.statusCode = 503;
      response.setHeader("retry-after", "10");
      send(response, "text/plain", "too many pages are open\n");
    },
  };
  const handle = (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = request.url!.split("?", 1)[0]!;
    if (!Object.hasOwn(answers, path)) return false;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (request.method === "HEAD") response.end();
    else if (request.method === "GET") answers[path]!(response);
    else {
      response.statusCode = 405;
      response.setHeader("allow", "GET, HEAD");
      send(response, "text/plain", "the dashboard is only read\n");
    }
    return true;
  };
  return Object.assign(handle, { close: () => events.close() });
}

function send(response: ServerResponse, type: string, body: string): void {
  response.setHeader("content-type", type);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}
