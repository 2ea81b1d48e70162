// metrics-text.ts: families of one process or of several, added up, as the text that Prometheus reads. prom-client writes it.
import type { MetricFamily } from "./families.js";

/** The content type of `metricsText`: prom-client's PROMETHEUS_CONTENT_TYPE. */
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** @param processes `metricFamilies` of each worker; one array where there is one process */
export async function metricsText(processes: readonly (readonly MetricFamily[])[]): Promise<string> {
  // Loaded when somebody asks: workers never are, and start without it.
  const { AggregatorRegistry } = await import("prom-client");
  return AggregatorRegistry.aggregate([...processes]).metrics();
}
