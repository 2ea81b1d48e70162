// admin.test.ts: what the admin port tells of a running gateway: health, readiness, metrics, the dashboard's state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseServeConfig } from "../../src/gateway/config/parse-config.js";
import { Gateway } from "../../src/gateway/gateway.js";
import { app } from "../support/mayfly.js";
import { machineTest } from "../vm/support/machines.js";
import { ask } from "./support/client.js";

const config = parseServeConfig(
  {
    listen: { port: 0 },
    admin: { port: 0 },
    functions: { hello: { file: app("hello"), isolation: "boot" } },
    routes: [{ path: "/hello", function: "hello" }],
  },
  { name: "test" },
);

/** The sum of `mayfly_requests_total` over every function and status. */
function requestsCounted(metrics: string): number {
  const totals = metrics.matchAll(/^mayfly_requests_total\{.*\} (\d+)$/gm);
  return [...totals].reduce((sum, [, total]) => sum + Number(total), 0);
}

machineTest("the admin port tells of requests, VMs and functions", async (monitor) => {
  await using gateway = await Gateway.listen(config, monitor);
  const admin = gateway.admin!.url!;
  const textOf = async (path: string): Promise<string> => (await ask(`${admin}${path}`)).body.toString();
  assert.equal(await textOf("/readyz"), "ready\n");
  for (let request = 0; request < 3; request++) assert.equal((await ask(`${gateway.url}/hello`)).status, 200);
  assert.equal((await ask(`${gateway.url}/nowhere`)).status, 404);

  // A client may have its answer a moment before the gateway has counted it.
  let metrics: string;
  do metrics = await textOf("/metrics");
  while (requestsCounted(metrics) < 4);
  assert.match(metrics, /^mayfly_requests_total\{function="hello",status="200"\} 3$/m);
  assert.match(metrics, /^mayfly_requests_total\{function="",status="404"\} 1$/m);
  assert.match(metrics, /^mayfly_request_seconds_count\{function="hello",step="run"\} 3$/m);
  assert.match(metrics, /^mayfly_queue_length\{function="hello"\} 0$/m);
  assert.match(metrics, /^mayfly_connections \d+$/m);
  assert.match(metrics, new RegExp(`^mayfly_guest_memory_limit_bytes ${config.memoryMiB * 2 ** 20}$`, "m"));
  const { functions } = JSON.parse(await textOf("/state.json")) as { functions: { name: string }[] };
  assert.deepEqual(
    functions.map(({ name }) => name),
    ["hello"],
  );
  assert.match(await textOf("/"), /<title>Mayfly/);
});

test("without an admin address there is no admin server", () => {
  assert.equal(parseServeConfig({ routes: [{ path: "/", image: app("hello") }] }).admin, undefined);
});
