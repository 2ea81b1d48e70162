// service-admin.ts: the admin server of a service: what its workers count and show as one, and what becomes of them.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AdminAddress, AdminServer } from "../admin/admin-server.js";
import { dashboardHandler } from "../dashboard/dashboard-handler.js";
import type { DashboardState } from "../dashboard/dashboard-state.js";
import { MergedDashboard } from "../dashboard/merged-dashboard.js";
import { MergedMetrics } from "../metrics/merged-metrics.js";
import { METRICS_CONTENT_TYPE, metricsText } from "../metrics/metrics-text.js";
import type { Supervisor, WorkerAnswer } from "../workers/supervisor.js";
import type { SupervisorEvent } from "../workers/supervisor-event.js";
import { residentFamily } from "./resident.js";
import { ServiceCounts } from "./service-counts.js";
import type { GatewayAnswers, GatewayFarewell } from "./worker-config.js";

/** Of a supervisor, what is asked here. */
type Workers = Pick<Supervisor<unknown>, "ask" | "isReady" | "readyWorkers">;

export class ServiceAdmin implements AsyncDisposable {
  readonly #server = new AdminServer(() => this.#workers?.isReady === true);
  readonly #metrics = new MergedMetrics();
  readonly #counts = new ServiceCounts();
  readonly #dashboard = new MergedDashboard();
  readonly #pages = dashboardHandler({
    state: () => this.#dashboard.state(),
    subscribe: (listener) => this.#subscribe(listener),
  });
  #workers: Workers | undefined;
  #watchers = 0;

  constructor() {
    this.#server.handle("/metrics", (_, response) => this.#sendMetrics(response));
    for (const path of ["/", "/state.json", "/events"])
      this.#server.handle(path, (request, response) => this.#sendPage(request, response));
  }

  /**
   * Starts to listen.
   *
   * @returns the URL
   * @throws MayflyError ADDRESS_IN_USE, OPTION_INVALID
   */
  listen(address: AdminAddress): Promise<string> {
    return this.#server.listen(address);
  }

  /** From now on there are workers to ask. */
  show(workers: Workers): void {
    this.#workers = workers;
  }

  onEvent(event: SupervisorEvent): void {
    this.#counts.onEvent(event);
    // New ones are to be watched, too: one in a dead one's place, or all of a reload once they have taken over.
    const hasNew = event.kind === "worker-ready" || event.kind === "reloaded";
    if (hasNew && this.#watchers > 0) void this.#watch();
  }

  onNews(worker: number, news: unknown): void {
    this.#dashboard.tell(String(worker), news as DashboardState);
  }

  onGone(worker: number, farewell: unknown): void {
    const { metrics, state } = (farewell ?? {}) as Partial<GatewayFarewell>;
    this.#metrics.gone(worker, metrics);
    if (state !== undefined) this.#dashboard.begin(String(worker), state);
    this.#dashboard.gone(String(worker));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pages.close();
    await this.#server.close();
  }

  async #sendMetrics(response: ServerResponse): Promise<void> {
    const answers = await this.#ask("metrics");
    for (const { worker, answer } of answers) this.#metrics.tell(worker, answer);
    const counts = this.#counts.families(this.#workers?.readyWorkers ?? 0);
    const own = [...counts, await residentFamily(answers)];
    const text = await metricsText([own, ...this.#metrics.processes]);
    response.writeHead(200, { "content-type": METRICS_CONTENT_TYPE }).end(text);
  }

  /** Nobody has looked until now: then what is shown first is what workers say now. */
  async #sendPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#watchers === 0) this.#begin(await this.#ask("state"));
    this.#pages(request, response);
  }

  #subscribe(listener: (update: DashboardState) => void): () => void {
    const end = this.#dashboard.subscribe(listener);
    if (++this.#watchers === 1) void this.#watch();
    return () => {
      end();
      if (--this.#watchers === 0) void this.#ask("unwatch");
    };
  }

  async #watch(): Promise<void> {
    this.#begin(await this.#ask("watch"));
  }

  #begin(answers: readonly { worker: number; answer: DashboardState }[]): void {
    for (const { worker, answer } of answers) this.#dashboard.begin(String(worker), answer);
  }

  async #ask<Q extends keyof GatewayAnswers>(
    question: Q,
  ): Promise<(WorkerAnswer & { answer: GatewayAnswers[Q] })[]> {
    const answers = (await this.#workers?.ask(question)) ?? [];
    return answers as (WorkerAnswer & { answer: GatewayAnswers[Q] })[];
  }
}
