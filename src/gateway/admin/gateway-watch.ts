// gateway-watch.ts: what the admin server shows of one gateway: its metrics and its dashboard, fed by one observation.
import { dashboardHandler } from "../dashboard/dashboard-handler.js";
import { LiveDashboard } from "../dashboard/live-dashboard.js";
import type { Gateway, GatewayOptions } from "../gateway.js";
import { metricFamilies } from "../metrics/families.js";
import { loadFamilies } from "../metrics/load-families.js";
import { METRICS_CONTENT_TYPE, metricsText } from "../metrics/metrics-text.js";
import { Observation } from "../observation/observation.js";
import type { AdminServer } from "./admin-server.js";

export class GatewayWatch {
  readonly #observation = new Observation();
  readonly #dashboard = dashboardHandler(new LiveDashboard(this.#observation));

  /** Lets it be told beside whoever is told already. */
  watching(options: GatewayOptions): GatewayOptions {
    return {
      ...options,
      observe: options.observe ?? ((name, memoryMiB) => this.#observation.observe(name, memoryMiB)),
      onRequest: (record) => {
        this.#observation.request(record.function, record);
        options.onRequest?.(record);
      },
    };
  }

  /** Shows it. */
  showOn(admin: AdminServer, gateway: Pick<Gateway, "holds">): void {
    admin.handle("/metrics", async (_, response) => {
      const text = await metricsText([
        [...metricFamilies(this.#observation), ...loadFamilies(gateway.holds)],
      ]);
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
