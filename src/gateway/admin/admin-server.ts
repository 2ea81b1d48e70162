// admin-server.ts: HTTP for whoever runs the gateway: health, and what others add. No client of the gateway's gets here.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type ListenAddress, listen } from "../http-server.js";
import { isOwnHost } from "./own-host.js";

export interface AdminAddress extends ListenAddress {
  /** Names that it answers to besides, in lower case: "metrics.example", "*.svc" with one label in the star's place. */
  readonly hosts?: readonly string[];
}

/** Answers a request, of GET or HEAD. A HEAD's body is dropped by Node. What it returns is waited for. */
export type AdminHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Answered under every name: a probe may have its own, and learns nothing. */
const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/**
 * Answers `/healthz` while the process lives, `/readyz` while requests are welcome, and the paths that are added. These want an
 * address, `localhost`, the host that it listens at or one that it was told as the request's host.
 *
 * @example
 * await using admin = new AdminServer();
 * admin.handle("/metrics", (_, response) => void response.end("up 1\n"));
 * const url = await admin.listen({ host: "127.0.0.1", port: 8081 });
 */
export class AdminServer implements AsyncDisposable {
  readonly #handlers = new Map<string, AdminHandler>();
  readonly #server: Server;
  #url: string | undefined;
  readonly #isReady: () => boolean;
  #host = "localhost";
  #hosts: ReadonlySet<string> = new Set();

  /** @param isReady whether requests are welcome: everything is loaded, and nothing drains */
  constructor(isReady: () => boolean = () => true) {
    this.#isReady = isReady;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else say(response, 500, "failed");
      });
    });
    this.handle("/healthz", (_, response) => say(response, 200, "ok"));
    this.handle("/readyz", (_, response) =>
      this.#isReady() ? say(response, 200, "ready") : say(response, 503, "not ready"),
    );
  }

  /** @param path compared byte for byte; one that ends in "/*" has all below it, where nothing longer fits */
  handle(path: string, handler: AdminHandler): void {
    this.#handlers.set(path, handler);
  }

  /**
   * Starts to listen.
   *
   * @returns the URL
   * @throws MayflyError ADDRESS_IN_USE, OPTION_INVALID
   */
  async listen({ hosts = [], ...address }: AdminAddress): Promise<string> {
    this.#host = address.host;
    this.#hosts = new Set(hosts);
    this.#url = await listen(this.#server, address, { name: "admin" });
    return this.#url;
  }

  /** Where it listens, once it does. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Breaks off what is under way: dashboards look for ever. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split("?", 1)[0]!;
    const handler = this.#handlerOf(path);
    if (!PROBES.has(path) && !isOwnHost(request.headers.host, this.#host, this.#hosts))
      say(response, 421, "not a name of this server: ask for it by address, or name it in admin.hosts");
    else if (handler === undefined) say(response, 404, "not found");
    else if (request.method === "GET" || request.method === "HEAD") await handler(request, response);
    else say(response.setHeader("allow", "GET, HEAD"), 405, "only GET and HEAD");
  }

  #handlerOf(path: string): AdminHandler | undefined {
    const exact = this.#handlers.get(path);
    if (exact !== undefined) return exact;
    for (let end = path.lastIndexOf("/"); end >= 0; end = path.lastIndexOf("/", end - 1)) {
      const below = this.#handlers.get(`${path.slice(0, end)}/*`);
      if (below !== undefined || end === 0) return below;
    }
    return undefined;
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  const body = `${text}\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": body.length,
    "cache-control": "no-store",
  });
  response.end(body);
}
