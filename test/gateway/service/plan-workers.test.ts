// plan-workers.test.ts: what a configuration's workers get: images, and the right to read what it names.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { FunctionConfig, ServeConfig } from "../../../src/gateway/config/serve-config.js";
import { planWorkers } from "../../../src/gateway/service/plan-workers.js";
import { app, root } from "../../support/mayfly.js";

test("a plan has an image for each handler, and lets workers read what the configuration names", async () => {
  const folder = mkdtempSync(join(root, "build", "test-plan-"));
  const handler = join(folder, "hello.js");
  writeFileSync(handler, "export default { fetch: () => new Response('hello') };");
  const limits = (wallTimeMs: number, queueMs: number) => ({
    limits: { wallTimeMs },
    concurrency: { queueMs },
  });
  const config = {
    workers: 3,
    drainMs: 10_000,
    listen: { host: "127.0.0.1", port: 0, tls: { cert: "/tls/cert.pem", key: "/tls/key.pem" } },
    functions: [
      { name: "hello", file: handler, ...limits(60_000, 500) } as FunctionConfig,
      { name: "image", file: app("hello"), ...limits(5000, 1000) } as FunctionConfig,
    ],
    routes: [{ hosts: [], path: "/assets/*", target: { kind: "static", directory: "/srv/assets" } }],
  } as unknown as ServeConfig;
  try {
    const log = { json: true, colors: false };
    const { workers: plan, inputs } = await planWorkers(config, { machine: "kvm", log });
    assert.deepEqual(inputs, [handler]);
    assert.equal(plan.workers, 3);
    // To wait for a VM, to be answered by it, and to leave.
    assert.equal(plan.requestMs, 500 + 60_000 + 1000);
    const [hello, image] = plan.config.serve.functions;
    assert.match(hello!.file, /\.img$/);
    assert.equal(hello!.source, handler);
    assert.equal(image!.file, app("hello"));
    const reads = new Set(
      plan.launch.files?.flatMap(({ access, path }) => (access === "read" ? [path] : [])),
    );
    for (const path of [dirname(hello!.file), app("hello"), "/tls/cert.pem", "/tls/key.pem", "/srv/assets"])
      assert.ok(reads.has(path), path);
    assert.ok(plan.launch.files?.some(({ access, path }) => access === "device" && path === "/dev/kvm"));
    assert.ok(!plan.launch.files?.some(({ access }) => access === "write"));
    plan.onAllGone?.();
    while (existsSync(hello!.file)) await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
