// gateway.ts: the HTTP front as a value: listens, starts a VM for every request, drains, closes.
import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { MayflyError } from "../errors.js";
import { FetchFunction } from "../function/function.js";
import { loadImage } from "../image/image.js";
import type { Monitor } from "../monitor/monitor.js";
import { Admission } from "./admission.js";
import { configError } from "./config/mistakes.js";
import type { GatewayConfig, GatewayRoute } from "./gateway-config.js";
import { bootedGuests, functionGuests } from "./guests.js";
import { HttpFailure } from "./http-failure.js";
import { listen, makeHttpServer } from "./http-server.js";
import { InFlight } from "./in-flight.js";
import type { OnRequest } from "./request-record.js";
import type { Route } from "./route.js";
import { RouteTable } from "./routing/route-table.js";
import { type Serving, serveRequest } from "./serve-request.js";
import { warmUp } from "./warm-up.js";

export interface GatewayOptions {
  /** Told of every request when its VM is closed: see `humanLog` and `jsonLog`. */
  onRequest?: OnRequest;
  /** Told of errors that belong to no request: a VM that could not be closed, say. By default they are thrown. */
  onError?: (error: unknown) => void;
  /** Told of a step that takes long while functions are built. */
  onSlowStep?: (what: string) => void;
}

interface Parts {
  readonly url: string;
  readonly routes: readonly Route[];
  readonly server: Server;
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
  readonly #server: Server;
  readonly #serving: Serving;
  readonly #inFlight: InFlight;
  #closing: Promise<void> | undefined;
  #deadline: NodeJS.Timeout | undefined;

  private constructor(parts: Parts) {
    this.url = parts.url;
    this.routes = parts.routes;
    this.#server = parts.server;
    this.#serving = parts.serving;
    this.#inFlight = parts.inFlight;
  }

  /**
   * Loads and checks all images, then listens.
   *
   * @param monitor makes the VMs; stays the caller's to close, after the gateway
   * @throws MayflyError CONFIG_INVALID with every image that cannot be used, ADDRESS_IN_USE, OPTION_INVALID
   */
  static async listen(
    config: GatewayConfig,
    monitor: Monitor,
    options: GatewayOptions = {},
  ): Promise<Gateway> {
    const routes = await loadRoutes(config, monitor, options);
    await warmUp(monitor);
    const onError = options.onError ?? throwLater;
    const serving: Serving = {
      monitor,
      routes: new RouteTable(routes),
      admission: new Admission(config.concurrency),
      onRequest: options.onRequest ?? (() => {}),
      draining: false,
      requests: 0,
      vms: 0,
    };
    const inFlight = new InFlight();
    const server = makeHttpServer((request, response) => {
      // A request is under way until its response has left and its VM is closed, whichever comes later.
      inFlight.begin();
      response.once("close", inFlight.end);
      inFlight.begin();
      serveRequest(serving, request, response).catch(onError).finally(inFlight.end);
    });
    const url = await listen(server, config.listen).catch(async (error) => {
      await Promise.all(routes.map(({ guests }) => guests.close()));
      throw error;
    });
    return new Gateway({ url, routes, server, serving, inFlight });
  }

  /** What it does now: VMs that exist, requests that wait for one. */
  get load(): { vms: number; waiting: number } {
    return { vms: this.#serving.admission.taken, waiting: this.#serving.admission.waiting };
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
    if (graceMs === 0) this.#server.closeAllConnections();
    else this.#deadline = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    const { admission } = this.#serving;
    this.#serving.draining = true;
    admission.refuseWaiting(
      new HttpFailure(503, "shutting-down", "the gateway is shutting down", { retryAfterSeconds: 1 }),
    );
    // Not node:http's close(): it breaks off responses that were written but have not left yet.
    const closed = new Promise<void>((resolve) =>
      NetServer.prototype.close.call(this.#server, () => resolve()),
    );
    await this.#inFlight.empty();
    this.#server.closeAllConnections();
    await closed;
    // … but that one stops its timers.
    this.#server.close();
    await Promise.all(this.routes.map(({ guests }) => guests.close()));
  }
}

/**
 * Loads every route's function or image, and boots each in a VM for a trial: devices that are missing and memory too small show here, and
 * the first client finds the code warm.
 */
async function loadRoutes(
  config: GatewayConfig,
  monitor: Monitor,
  options: GatewayOptions,
): Promise<Route[]> {
  const found: string[] = [];
  const routes: Route[] = [];
  for (const [i, route] of config.routes.entries()) {
    try {
      routes.push(await loadRoute(route, monitor, { ...options, maxVms: config.concurrency.vms }));
    } catch (error) {
      found.push(`routes.${i}.${route.image === undefined ? "function" : "image"}: ${wordsOf(error)}`);
    }
  }
  if (found.length === 0) return routes;
  await Promise.all(routes.map(({ guests }) => guests.close()));
  throw configError(config.name, found);
}

async function loadRoute(
  route: GatewayRoute,
  monitor: Monitor,
  { onSlowStep, maxVms }: GatewayOptions & { maxVms: number },
): Promise<Route> {
  const { hosts, path, limits, outbound } = route;
  const { bodyBytes, ...vmLimits } = limits;
  if (route.function !== undefined) {
    const fn = await FetchFunction.load(route.function, {
      monitor,
      limits,
      // Who gets in at all is the admission's matter: nobody shall wait behind it.
      maxVms,
      ...(outbound !== undefined && { outbound }),
      ...(onSlowStep !== undefined && { onSlowStep }),
    });
    return { hosts, path, guests: functionGuests(fn), bodyBytes };
  }
  const image = await loadImage(route.image!);
  const trial = monitor.create(image, { limits: vmLimits });
  // Its first turn runs at once and is its only one. How it ends is for requests to find out.
  trial.run().catch(() => {});
  await trial.close();
  return { hosts, path, guests: bootedGuests(monitor, image, vmLimits), bodyBytes };
}

/** An error in words, with what a function said when it did not start, or how to mend its source. */
function wordsOf(error: unknown): string {
  const lines = [error instanceof Error ? error.message : String(error)];
  if (!(error instanceof MayflyError)) return lines[0]!;
  if (error.details !== undefined) lines.push(error.details.trimEnd().replace(/^/gm, "    "));
  // The mends of others are options of mayfly run, which a config does not have.
  if (error.code === "BUILD_FAILED" && error.mend !== undefined) lines.push(`    → ${error.mend}`);
  return lines.join("\n");
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
