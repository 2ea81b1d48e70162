// gateway.ts: the HTTP front as a value: listens, starts a VM for every request, drains, closes.
import type { FetchFunction } from "../function/function.js";
import type { Monitor } from "../monitor/monitor.js";
import { AdminServer } from "./admin/admin-server.js";
import { GatewayWatch } from "./admin/gateway-watch.js";
import type { ServeConfig } from "./config/serve-config.js";
import { type GatewayConfig, gatewayCanServe } from "./gateway-config.js";
import { readCertificate } from "./http/certificate.js";
import { trustedRanges } from "./http/forwarded.js";
import { FrontServer } from "./http/front-server.js";
import { InFlight } from "./in-flight.js";
import { closeFunctions, type LoadOptions, loadFunctions } from "./load-functions.js";
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
  readonly url: string;
  readonly admin: AdminServer | undefined;
  readonly watch: GatewayWatch | undefined;
  readonly functions: ReadonlyMap<string, FetchFunction>;
  readonly routes: readonly Route[];
  readonly front: FrontServer;
  readonly serving: Serving;
  readonly inFlight: InFlight;
}

/** How long requests under way have to end when the gateway closes, ms. */
const GRACE_MS = 10_000;

/**
 * Answers HTTP requests, each in a virtual machine of its own.
 *
 * @example
 * await using monitor = Monitor.open();
 * const config = await loadGatewayConfig("mayfly.json");
 * await using gateway = await Gateway.listen(config, monitor);
 * const response = await fetch(`${gateway.url}/hello`);
 */
export class Gateway implements AsyncDisposable {
  /** Where it listens: "http://127.0.0.1:8080". */
  readonly url: string;
  /** The paths that it answers. */
  readonly routes: readonly Route[];
  /** Health, readiness, metrics, the dashboard; undefined where the configuration has none. */
  readonly admin: AdminServer | undefined;
  readonly #watch: GatewayWatch | undefined;
  readonly #functions: ReadonlyMap<string, FetchFunction>;
  readonly #front: FrontServer;
  readonly #serving: Serving;
  readonly #inFlight: InFlight;
  #closing: Promise<void> | undefined;
  #deadline: NodeJS.Timeout | undefined;

  private constructor(parts: Parts) {
    this.url = parts.url;
    this.routes = parts.routes;
    this.admin = parts.admin;
    this.#watch = parts.watch;
    this.#functions = parts.functions;
    this.#front = parts.front;
    this.#serving = parts.serving;
    this.#inFlight = parts.inFlight;
  }

  /**
   * Loads all functions, then listens.
   *
   * @param monitor makes the VMs; stays the caller's to close, after the gateway
   * @throws MayflyError CONFIG_INVALID with every function that cannot be used, ADDRESS_IN_USE, OPTION_INVALID
   */
  static async listen(
    config: GatewayConfig,
    monitor: Monitor,
    options: GatewayOptions = {},
  ): Promise<Gateway> {
    gatewayCanServe(config);
    // First of all: that the process lives can be asked while functions are built.
    const admin = config.admin && new AdminServer();
    await admin?.listen(config.admin!);
    try {
      return await Gateway.#open(config, monitor, options, admin);
    } catch (error) {
      await admin?.close();
      throw error;
    }
  }

  static async #open(
    config: GatewayConfig,
    monitor: Monitor,
    options: GatewayOptions,
    admin: AdminServer | undefined,
  ): Promise<Gateway> {
    const { host, port, tls } = config.listen;
    const certificate = tls && (await readCertificate(tls));
    const watch = admin && new GatewayWatch();
    const functions = await loadFunctions(config, monitor, {
      observe: (name, memoryMiB) => watch?.observe(name, memoryMiB),
      ...options,
    });
    const routes = routesTo(functions, config);
    await warmUp();
    const onError = options.onError ?? throwLater;
    const serving: Serving = {
      routes: new RouteTable(routes),
      onRequest: (record) => {
        watch?.request(record);
        options.onRequest?.(record);
      },
      trusted: trustedRanges(config.trustForwarded),
      serverTiming: config.serverTiming,
      draining: false,
      ...noRequests(),
    };
    const inFlight = new InFlight();
    const front = new FrontServer((request, response) => {
      // A request is under way until its response has left and its VM is closed, whichever comes later.
      inFlight.begin();
      response.once("close", inFlight.end);
      inFlight.begin();
      serveRequest(serving, request, response).catch(onError).finally(inFlight.end);
    }, certificate);
    const url = await front.listen({ host, port }).catch(async (error) => {
      await closeFunctions(functions);
      throw error;
    });
    if (admin !== undefined) {
      watch?.showOn(admin);
      admin.isReady = true;
    }
    return new Gateway({ url, admin, watch, functions, routes, front, serving, inFlight });
  }

  /** What it does now: requests that have a VM, and requests that wait for one. */
  get load(): { vms: number; waiting: number } {
    return { vms: this.#serving.running, waiting: this.#serving.waiting.size };
  }

  /** VMs that exist. */
  get vms(): number {
    return [...this.#functions.values()].reduce((sum, { vms }) => sum + vms, 0);
  }

  /**
   * Stops to listen, lets requests under way end, and breaks off those that have not ended by then.
   *
   * @param graceMs how long they have. A second call may shorten it.
   */
  close(graceMs = GRACE_MS): Promise<void> {
    clearTimeout(this.#deadline);
    this.#closing ??= this.#drain().finally(() => clearTimeout(this.#deadline));
    // Their clients being gone ends the VMs.
    if (graceMs === 0) this.#front.breakOff();
    else this.#deadline = setTimeout(() => this.#front.breakOff(), graceMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    this.#serving.draining = true;
    if (this.admin !== undefined) this.admin.isReady = false;
    for (const wait of this.#serving.waiting) wait.abort(shuttingDown());
    await this.#front.close(this.#inFlight.empty());
    await closeFunctions(this.#functions);
    this.#watch?.close();
    await this.admin?.close();
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
