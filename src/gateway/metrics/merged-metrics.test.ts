// merged-metrics.test.ts: workers come and go, and what they counted stays.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricFamily, MetricValue } from "./families.js";
import { MergedMetrics } from "./merged-metrics.js";
import { metricsText } from "./metrics-text.js";

function family(type: MetricFamily["type"], name: string, values: readonly MetricValue[]): MetricFamily {
  return { name, help: "…", type, aggregator: "sum", values };
}

function told(requests: number, vms: number): MetricFamily[] {
  const labels = { function: "hello" };
  const bucket = { labels: { ...labels, le: "+Inf" }, value: requests, metricName: "seconds_bucket" };
  return [
    family("counter", "requests_total", [{ labels, value: requests }]),
    family("gauge", "vms", [{ labels, value: vms }]),
    family("histogram", "seconds", [bucket, { labels, value: requests, metricName: "seconds_count" }]),
  ];
}

async function valuesOf(metrics: MergedMetrics): Promise<Record<string, number>> {
  const text = await metricsText(metrics.processes);
  const lines = [...text.matchAll(/^(\w+)\{.*\} (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name, Number(value)]));
}

test("workers add up; what one had goes with it, what it counted stays", async () => {
  const metrics = new MergedMetrics();
  metrics.tell(1, told(10, 2));
  metrics.tell(2, told(5, 1));
  assert.deepEqual(await valuesOf(metrics), {
    requests_total: 15,
    vms: 3,
    seconds_bucket: 15,
    seconds_count: 15,
  });
  metrics.gone(1, told(12, 0));
  assert.deepEqual(await valuesOf(metrics), {
    requests_total: 17,
    vms: 1,
    seconds_bucket: 17,
    seconds_count: 17,
  });
  metrics.tell(3, told(1, 1));
  metrics.gone(2);
  metrics.gone(3);
  const { vms, ...counted } = await valuesOf(metrics);
  assert.equal(vms, undefined);
  assert.deepEqual(counted, { requests_total: 18, seconds_bucket: 18, seconds_count: 18 });
});

test("a worker that nobody ever asked leaves nothing", async () => {
  const metrics = new MergedMetrics();
  metrics.gone(1);
  assert.deepEqual(await valuesOf(metrics), {});
});
