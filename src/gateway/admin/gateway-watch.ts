// gateway-watch.ts: what the admin server shows of one gateway: its metrics and its dashboard, fed by one observation.
import type { FunctionObserver } from "../../function/observer.js";
import { dashboardHandler } from "../dashboard/dashboard-handler.js";
import { LiveDashboard } from "../dashboard/live-dashboard.js";
import { metricFamilies } from "../metrics/families.js";
import { METRICS_CONTENT_TYPE, metricsText } from "../metrics/metrics-text.js";
import { Observation } from "../observation/observation.js";
import type { RequestRecord } from "../request-record.js";
import type { AdminServer } from "./admin-server.js";

export class GatewayWatch {
  readonly #observation = new Observation();
  readonly #dashboard = dashboardHandler(new LiveDashboard(this.#observation));

  /** The observer of a function, for when it is loaded. */
  observe(name: string, memoryMiB: number): FunctionObserver {
    return this.#observation.observe(name, memoryMiB);
  }

  /** Told of every request. */
  request(record: RequestRecord): void {
    this.#observation.request(record.function, record);
  }

  /** Shows it. */
  showOn(admin: AdminServer): void {
    admin.handle("/metrics", async (_, response) => {
      const text = await metricsText([metricFamilies(this.#observation)]);
      response.writeHead(200, { "content-type": METRICS_CONTENT_TYPE }).end(text);
    });
    for (const path of ["/", "/state.json", "/events"])
      admin.handle(path, (request, response) => void this.#dashboard(request, response));
  }

  /** Ends what looks for ever. */
  close(): void {
    this.#dashboard.close();
  }
}
