// metrics-text.ts: families of one process or of several, added up, as the text that Prometheus reads. prom-client writes it.
import { AggregatorRegistry } from "prom-client";
import type { MetricFamily } from "./families.js";

/** The content type of `metricsText`. */
export const METRICS_CONTENT_TYPE = AggregatorRegistry.PROMETHEUS_CONTENT_TYPE;

/** @param processes `metricFamilies` of each worker; one array where there is one process */
export function metricsText(processes: readonly (readonly MetricFamily[])[]): Promise<string> {
  return AggregatorRegistry.aggregate([...processes]).metrics();
}
