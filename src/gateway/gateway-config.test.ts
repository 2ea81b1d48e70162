// gateway-config.test.ts: what a gateway takes of a configuration, and that it leaves nothing out in silence.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MayflyConfig } from "./config/define-config.js";
import { parseServeConfig } from "./config/parse-config.js";
import { gatewayConfigOf } from "./gateway-config.js";

function gatewayConfig(value: MayflyConfig) {
  return gatewayConfigOf(parseServeConfig(value, { name: "c", directory: "/app", environment: { T: "t" } }));
}

test("a function with isolation request is run from its snapshot, one with boot is booted", () => {
  const outbound = { origins: ["*"] };
  const config = gatewayConfig({
    functions: {
      a: { file: "a.ts", outbound, concurrency: { vms: 2, queue: 9 } },
      b: { file: "b.img", isolation: "boot", concurrency: { vms: 3 } },
    },
    routes: [
      { path: "/a/[id]", hosts: ["a.test"], function: "a" },
      { path: "/b", function: "b" },
    ],
  });
  const limits = { memoryMiB: 32, wallTimeMs: 10_000, cpuTimeMs: 5000, bodyBytes: 16 << 20 };
  assert.deepEqual(config, {
    name: "c",
    listen: { host: "127.0.0.1", port: 8080 },
    routes: [
      { hosts: ["a.test"], path: "/a/[id]", limits, function: "/app/a.ts", outbound },
      { hosts: [], path: "/b", limits, image: "/app/b.img" },
    ],
    concurrency: { vms: 3, queue: 256, queueMs: 1000 },
  });
});

test("every field that the gateway does not act on yet is refused", () => {
  const functions = {
    a: { file: "a.ts", env: { A: "1" }, secrets: { B: { env: "T" } }, keepWarm: 1, idle: 1 },
    b: { file: "b.ts", isolation: "instance" },
    c: { file: "c.ts", isolation: "boot" },
  } as const;
  const routes = [{ path: "/*", static: "public" }];
  const listen = { tls: { cert: "c", key: "k" } };
  const rest = { admin: {}, workers: 2, trustForwarded: ["::1"], serverTiming: true, watch: true };
  assert.throws(
    () => gatewayConfig({ functions, routes, listen, ...rest }),
    ({ message }: Error) => {
      const [, ...lines] = message.split("\n  ");
      assert.deepEqual(
        lines.map((line) => line.replace(/: got a value, expected none: .*/, "")),
        [
          ...["listen.tls", "admin", "workers", "trustForwarded", "serverTiming", "watch", "routes.0.static"],
          ...["env", "secrets", "keepWarm", "idle"].map((field) => `functions.a.${field}`),
          ...["functions.b.isolation", "functions.c.isolation"],
        ],
      );
      return true;
    },
  );
});
