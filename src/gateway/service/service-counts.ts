// service-counts.ts: what happens to a service's workers, counted for Prometheus.
import type { MetricFamily } from "../metrics/families.js";
import type { SupervisorEvent } from "../workers/supervisor-event.js";

export class ServiceCounts {
  #deaths = 0;
  #hangs = 0;
  #lost = 0;
  #brokenOff = 0;
  readonly #reloads = { done: 0, failed: 0 };

  onEvent(event: SupervisorEvent): void {
    if (event.kind === "worker-died") {
      this.#deaths++;
      this.#lost += event.lost;
    } else if (event.kind === "worker-hung") this.#hangs++;
    else if (event.kind === "broken-off") this.#brokenOff += event.requests;
    else if (event.kind === "reloaded") this.#reloads.done++;
    else if (event.kind === "reload-failed") this.#reloads.failed++;
  }

  /** @param workers those that take requests now */
  families(workers: number): MetricFamily[] {
    const reloads = Object.entries(this.#reloads).map(([result, value]) => ({ labels: { result }, value }));
    return [
      family("gauge", "mayfly_workers", "Processes that take requests.", [one(workers)]),
      family("counter", "mayfly_worker_deaths_total", "Workers that ended unasked.", [one(this.#deaths)]),
      family("counter", "mayfly_worker_hangs_total", "Those of them that stood still, and were killed.", [
        one(this.#hangs),
      ]),
      family(
        "counter",
        "mayfly_requests_lost_total",
        "Requests under way in a worker that died: answered with 502, or broken off.",
        [one(this.#lost)],
      ),
      family(
        "counter",
        "mayfly_requests_broken_off_total",
        "Requests that had not ended when the time of the worker was over that drained.",
        [one(this.#brokenOff)],
      ),
      family("counter", "mayfly_reloads_total", "Reloads, by whether new workers took over.", reloads),
    ];
  }
}

function one(value: number): MetricFamily["values"][number] {
  return { labels: {}, value };
}

function family(
  type: "counter" | "gauge",
  name: string,
  help: string,
  values: MetricFamily["values"],
): MetricFamily {
  return { name, help, type, aggregator: "sum", values };
}
