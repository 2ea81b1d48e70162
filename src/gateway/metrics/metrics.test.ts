// metrics.test.ts: what Prometheus reads after known events.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AggregatorRegistry } from "prom-client";
import type { CallDone } from "../../function/observer.js";
import { Observation } from "../observation/observation.js";
import { metricFamilies } from "./families.js";
import { METRICS_CONTENT_TYPE, metricsText } from "./metrics-text.js";

const CALL: CallDone = {
  ok: true,
  waitMs: 3,
  startMs: 2.5,
  runMs: 0.05,
  resetMs: 0,
  cpuMs: 20,
  exits: { exchange: 2, "port 0x999": 1 },
};
const SEEN = { request: 1, method: "GET", path: "/", failure: undefined, end: undefined, console: "" };

function observed(): Observation {
  const observation = new Observation();
  const hello = observation.observe("hello", 32);
  observation.observe("asleep", 64);
  hello.vm!({ vm: 1, state: "starting" });
  hello.vm!({ vm: 1, state: "running", ms: 2.5 });
  hello.call!(CALL);
  hello.vm!({ vm: 2, state: "starting" });
  hello.vm!({ vm: 2, state: "closed", ms: 9, reason: "cpu-time-limit" });
  hello.vm!({ vm: 3, state: "starting" });
  hello.vm!({ vm: 3, state: "closed", ms: 9, reason: "idle" });
  observation.request("hello", { ...SEEN, status: 200 });
  observation.request("hello", { ...SEEN, status: 200 });
  observation.request(undefined, { ...SEEN, status: 404 });
  return observation;
}

async function lines(...observations: Observation[]): Promise<Set<string>> {
  return new Set((await metricsText(observations.map(metricFamilies))).split("\n"));
}

function assertHas(found: Set<string>, ...expected: string[]): void {
  for (const line of expected) assert.ok(found.has(line), `expected ${line} among\n${[...found].join("\n")}`);
}

test("metrics count virtual machines, their memory, requests, CPU time, exits and kills", async () => {
  assertHas(
    await lines(observed()),
    "# TYPE mayfly_vms gauge",
    'mayfly_vms{function="hello",state="running"} 1',
    'mayfly_vms{function="hello",state="starting"} 0',
    'mayfly_vms{function="asleep",state="idle"} 0',
    'mayfly_guest_memory_bytes{function="hello"} 33554432',
    'mayfly_requests_total{function="hello",status="200"} 2',
    'mayfly_requests_total{function="",status="404"} 1',
    'mayfly_guest_cpu_seconds_total{function="hello"} 0.02',
    'mayfly_exits_total{function="hello",kind="port 0x999"} 1',
    'mayfly_kills_total{function="hello",reason="cpu-time-limit"} 1',
  );
});

test("histograms tell the steps of a call apart, and count only the steps that it had", async () => {
  const found = await lines(observed());
  assertHas(
    found,
    "# TYPE mayfly_request_seconds histogram",
    'mayfly_request_seconds_bucket{function="hello",step="queue",le="0.0002"} 0',
    'mayfly_request_seconds_bucket{function="hello",step="queue",le="0.0005"} 1',
    'mayfly_request_seconds_bucket{function="hello",step="run",le="0.00005"} 1',
    'mayfly_request_seconds_bucket{function="hello",step="start",le="0.005"} 1',
    'mayfly_request_seconds_bucket{function="hello",step="start",le="+Inf"} 1',
    'mayfly_request_seconds_count{function="hello",step="reset"} 0',
    'mayfly_request_seconds_sum{function="hello",step="start"} 0.0025',
  );
  assert.ok(![...found].some((line) => line.startsWith('mayfly_request_seconds_sum{function="asleep"')));
});

test("the metrics of several processes add up", async () => {
  const copy = JSON.parse(JSON.stringify(metricFamilies(observed())));
  const found = new Set((await metricsText([metricFamilies(observed()), copy])).split("\n"));
  assertHas(
    found,
    'mayfly_requests_total{function="hello",status="200"} 4',
    'mayfly_request_seconds_bucket{function="hello",step="run",le="+Inf"} 2',
    'mayfly_vms{function="hello",state="running"} 2',
  );
});

test("names of functions cannot break the text's form", async () => {
  const observation = new Observation();
  observation.observe('a"b\n\\c', 1);
  assertHas(await lines(observation), 'mayfly_guest_memory_bytes{function="a\\"b\\n\\\\c"} 0');
});

test("the content type is the one of the library that writes the text", () => {
  assert.equal(METRICS_CONTENT_TYPE, AggregatorRegistry.PROMETHEUS_CONTENT_TYPE);
});
