// gateway.ts: the HTTP front of one process as a value: takes requests, starts VMs for them, drains, closes.
import type { Server as NetServer } from "node:net";
import type { FetchFunction } from "../function/function.js";
import type { Monitor } from "../monitor/monitor.js";
import { AdminServer } from "./admin/admin-server.js";
import { GatewayWatch } from "./admin/gateway-watch.js";
import type { ServeConfig } from "./config/serve-config.js";
import { readCertificate } from "./http/certificate.js";
import { trustedRanges } from "./http/forwarded.js";
import { FrontServer } from "./http/front-server.js";
import { InFlight } from "./in-flight.js";
import { closeFunctions, type LoadOptions, loadFunctions } from "./load-functions.js";
import type { GatewayLoad } from "./metrics/load-families.js";
import { tellOfRefused } from "./refused-request.js";
import type { OnRequest } from "./request-record.js";
import type { Route } from "./route.js";
import { RouteTable } from "./routing/route-table.js";
import { noRequests, type Serving, serveRequest, shuttingDown } from "./serve-request.js";
import { StaticFiles } from "./static/static-files.js";
import { warmUp } from "./warm-up.js";

export interface GatewayOptions extends LoadOptions {
  /** Told of every request when its VM is closed: see `humanLog` and `jsonLog`. */
  onRequest?: OnRequest;
  /** Told of errors that belong to no request: a VM that could not be closed, say. By default they are thrown. */
  onError?: (error: unknown) => void;
}

interface Parts {
  readonly functions: ReadonlyMap<string, FetchFunction>;
  readonly routes: readonly Route[];
  readonly front: FrontServer;
  readonly serving: Serving;
  readonly inFlight: InFlight;
  readonly memoryMiB: number;
  readonly drainMs: number;
}

/** How long those that are broken off have to be told, ms. */
const LAST_WORDS_MS = 500;

/**
 * Answers HTTP requests, each in a virtual machine of its own, in this process alone: a configuration's `workers` and `watch` are what a
 * `Service` acts on.
 *
 * @example
 * await using monitor = Monitor.open();
 * const { config } = await loadServeConfig("mayfly.json");
 * await using gateway = await Gateway.listen(config, monitor);
 * const response = await fetch(`${gateway.url}/hello`);
 */
export class Gateway implements AsyncDisposable {
  /** The paths that it answers. */
  readonly routes: readonly Route[];
  readonly #functions: ReadonlyMap<string, FetchFunction>;
  readonly #front: FrontServer;
  readonly #serving: Serving;
  readonly #inFlight: InFlight;
  readonly #memoryMiB: number;
  #url = "";
  #admin: AdminServer | undefined;
  #watch: GatewayWatch | undefined;
  #closing: Promise<void> | undefined;
  #deadline: NodeJS.Timeout | undefined;
  readonly #drainMs: number;

  private constructor(parts: Parts) {
    this.routes = parts.routes;
    this.#functions = parts.functions;
    this.#front = parts.front;
    this.#serving = parts.serving;
    this.#inFlight = parts.inFlight;
    this.#memoryMiB = parts.memoryMiB;
    this.#drainMs = parts.drainMs;
  }

  /**
   * Loads all functions, then listens.
   *
   * @param monitor makes the VMs; stays the caller's to close, after the gateway
   * @throws MayflyError CONFIG_INVALID with every function that cannot be used, ADDRESS_IN_USE, OPTION_INVALID
   */
  static async listen(config: ServeConfig, monitor: Monitor, options: GatewayOptions = {}): Promise<Gateway> {
    // First of all: that the process lives can be asked while functions are built.
    let gateway: Gateway | undefined;
    const admin = config.admin && new AdminServer(() => gateway?.isReady === true);
    await admin?.listen(config.admin!);
    const watch = admin && new GatewayWatch();
    try {
      gateway = await Gateway.open(config, monitor, watch === undefined ? options : watch.watching(options));
      gateway.#url = await gateway.#front.listen(config.listen);
    } catch (error) {
      await gateway?.close(0);
      await admin?.close();
      throw error;
    }
    if (admin !== undefined) watch?.showOn(admin, gateway);
    gateway.#admin = admin;
    gateway.#watch = watch;
    return gateway;
  }

  /**
   * Loads all functions and listens nowhere: connections come by the event "connection" of `server`.
   *
   * @param monitor makes the VMs; stays the caller's to close, after the gateway
   * @throws MayflyError CONFIG_INVALID with every function that cannot be used
   */
  static async open(config: ServeConfig, monitor: Monitor, options: GatewayOptions = {}): Promise<Gateway> {
    const { tls } = config.listen;
    const certificate = tls && (await readCertificate(tls));
    const functions = await loadFunctions(config, monitor, options);
    const routes = routesTo(functions, config);
    await warmUp();
    const onError = options.onError ?? throwLater;
    const serving: Serving = {
      routes: new RouteTable(routes),
      onRequest: options.onRequest ?? (() => {}),
      trusted: trustedRanges(config.trustForwarded),
      serverTiming: config.serverTiming,
      draining: false,
      ...noRequests(),
    };
    const inFlight = new InFlight();
    const front = new FrontServer(
      (request, response) => {
        // A request is under way until its response has left and its VM is closed, whichever comes later.
        inFlight.begin();
        response.once("close", inFlight.end);
        inFlight.begin();
        serveRequest(serving, request, response).catch(onError).finally(inFlight.end);
      },
      {
        certificate,
        keepAliveMs: config.keepAliveMs,
        onRefused: (failure, { remoteAddress }) => tellOfRefused(serving, failure, remoteAddress),
      },
    );
    const { memoryMiB, drainMs } = config;
    return new Gateway({ functions, routes, front, serving, inFlight, memoryMiB, drainMs });
  }

  /** Where it listens: "http://127.0.0.1:8080"; "" when it does not. */
  get url(): string {
    return this.#url;
  }

  /** Health, readiness, metrics, the dashboard; undefined where the configuration has none. */
  get admin(): AdminServer | undefined {
    return this.#admin;
  }

  /** Whether it listens, and does not drain. */
  get isReady(): boolean {
    return this.#url !== "" && !this.#serving.draining;
  }

  /** For connections that come otherwise than by a port of its own. */
  get server(): NetServer {
    return this.#front.server;
  }

  /** What it does now: requests that have a VM, and requests that wait for one. */
  get load(): { vms: number; waiting: number } {
    return { vms: this.#serving.running, waiting: this.#serving.waiting.size };
  }

  /** What it holds now, for metrics. */
  get holds(): GatewayLoad {
    const queued = new Map([...this.#functions].map(([name, { waiting }]) => [name, waiting]));
    return { queued, memoryMiB: this.#memoryMiB, connections: this.#front.connections };
  }

  /** VMs that exist. */
  get vms(): number {
    return [...this.#functions.values()].reduce((sum, { vms }) => sum + vms, 0);
  }

  /** Requests that had no answer, or not all of it, when the time to close was over. */
  get brokenOff(): number {
    return this.#serving.brokenOff;
  }

  /** From now on each response is its connection's last. */
  leave(): void {
    this.#serving.draining = true;
  }

  /**
   * Stops to listen, lets requests under way end, and breaks off those that have not ended by then.
   *
   * @param graceMs how long they have; the configuration's `drainTime` unless given. A second call may shorten it.
   */
  close(graceMs = this.#drainMs): Promise<void> {
    clearTimeout(this.#deadline);
    this.#closing ??= this.#drain().finally(() => clearTimeout(this.#deadline));
    if (graceMs === 0) this.#cutOff();
    else this.#deadline = setTimeout(() => this.#cutOff(), graceMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    this.leave();
    await this.#front.close(() => this.#inFlight.empty());
    await closeFunctions(this.#functions);
    this.#watch?.close();
    await this.#admin?.close();
  }

  /** Ends the VMs of requests under way, and tells their clients as far as a response can still say it. */
  #cutOff(): void {
    const { clients, waiting } = this.#serving;
    this.#serving.isOver = true;
    // First: or they would get the VMs of the others.
    for (const wait of waiting) wait.abort(shuttingDown());
    for (const client of clients) client.cutOff();
    if (clients.size === 0) this.#front.breakOff();
    else this.#deadline = setTimeout(() => this.#front.breakOff(), LAST_WORDS_MS);
  }
}

/** The routes, with what answers them. */
function routesTo(functions: ReadonlyMap<string, FetchFunction>, config: ServeConfig): Route[] {
  const limits = new Map(config.functions.map(({ name, limits }) => [name, limits]));
  return config.routes.flatMap(({ hosts, path, target }): Route[] => {
    if (target.kind === "static") return [{ hosts, path, files: new StaticFiles(target.directory) }];
    const { name } = target;
    return [{ hosts, path, name, fn: functions.get(name)!, bodyBytes: limits.get(name)!.bodyBytes }];
  });
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
