// families.ts: an observation as Prometheus' families of values. Plain data: it can be sent to another process and added to others'.
import { type FunctionWatch, STEPS } from "../observation/function-watch.js";
import { LATENCY_BOUNDS_MS, type Latency } from "../observation/latency.js";
import type { Observation } from "../observation/observation.js";

type Labels = Readonly<Record<string, string | number>>;

export interface MetricValue {
  readonly labels: Labels;
  readonly value: number;
  /** A histogram's values have names of their own. */
  readonly metricName?: string;
}

/** The shape of prom-client's JSON. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** How the values of several processes become one. */
  readonly aggregator: "sum";
  readonly values: readonly MetricValue[];
}

const STATES = ["starting", "idle", "running", "resetting"] as const;

export function metricFamilies(observation: Observation): MetricFamily[] {
  const functions = [...observation.functions];
  // A thousand functions that nobody called need no thousand histograms.
  const called = functions.filter(({ calls }) => calls > 0);
  return [
    gauge("mayfly_vms", "Virtual machines that exist, by state.", functions.flatMap(vms)),
    gauge(
      "mayfly_guest_memory_bytes",
      "Guest memory of the virtual machines that exist, each counted whole.",
      functions.map((watch) => one(watch, watch.vms.size * watch.vmBytes)),
    ),
    counter("mayfly_requests_total", "Requests answered, by status.", requests(observation)),
    {
      ...family("mayfly_request_seconds", "Time of a call's steps.", called.flatMap(steps)),
      type: "histogram",
    },
    counter(
      "mayfly_guest_cpu_seconds_total",
      "CPU time in guests and in the monitor on their behalf.",
      called.map((watch) => one(watch, watch.cpuMs / 1000)),
    ),
    counter("mayfly_exits_total", "Exits of guests, by kind.", counts(functions, "exits", "kind")),
    counter(
      "mayfly_kills_total",
      "Virtual machines ended against their will.",
      counts(functions, "kills", "reason"),
    ),
  ];
}

function family(name: string, help: string, values: MetricValue[]): Omit<MetricFamily, "type"> {
  return { name, help, aggregator: "sum", values };
}

export function gauge(name: string, help: string, values: MetricValue[]): MetricFamily {
  return { ...family(name, help, values), type: "gauge" };
}

function counter(name: string, help: string, values: MetricValue[]): MetricFamily {
  return { ...family(name, help, values), type: "counter" };
}

function one({ name }: FunctionWatch, value: number): MetricValue {
  return { labels: { function: name }, value };
}

function vms(watch: FunctionWatch): MetricValue[] {
  const states = [...watch.vms.values()];
  return STATES.map((state) => ({
    labels: { function: watch.name, state },
    value: states.filter((is) => is === state).length,
  }));
}

function requests(observation: Observation): MetricValue[] {
  return [...observation.requests].flatMap(([name, statuses]) =>
    [...statuses].map(([status, value]) => ({ labels: { function: name, status }, value })),
  );
}

function steps(watch: FunctionWatch): MetricValue[] {
  return STEPS.flatMap((step) => histogram(watch.steps[step], { function: watch.name, step }));
}

function histogram(latency: Latency, labels: Labels): MetricValue[] {
  let below = 0;
  const buckets = [...latency.counts].map((count, i) => {
    below += count;
    const bound = LATENCY_BOUNDS_MS[i];
    const le = bound === undefined ? "+Inf" : bound / 1000;
    return { labels: { ...labels, le }, value: below, metricName: "mayfly_request_seconds_bucket" };
  });
  return [
    ...buckets,
    { labels, value: latency.sumMs / 1000, metricName: "mayfly_request_seconds_sum" },
    { labels, value: below, metricName: "mayfly_request_seconds_count" },
  ];
}

function counts(watches: FunctionWatch[], of: "exits" | "kills", label: "kind" | "reason"): MetricValue[] {
  return watches.flatMap((watch) =>
    [...watch[of]].map(([name, value]) => ({ labels: { function: watch.name, [label]: name }, value })),
  );
}
