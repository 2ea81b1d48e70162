// gateway-config.test.ts: a gateway leaves nothing of a configuration out in silence.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MayflyConfig } from "./config/define-config.js";
import { parseServeConfig } from "./config/parse-config.js";
import { gatewayCanServe } from "./gateway-config.js";

const configOf = (value: MayflyConfig) =>
  parseServeConfig(value, { name: "c", directory: "/app", environment: { T: "t" } });

test("all that a function can be configured with is acted on", () => {
  const functions = {
    a: { file: "a.ts", env: { A: "1" }, secrets: { B: { env: "T" } }, keepWarm: 1, idle: 1 },
    b: { file: "b.ts", isolation: "instance", outbound: { origins: ["*"] } },
    c: { file: "c.img", isolation: "boot", concurrency: { vms: 2 } },
  } as const;
  gatewayCanServe(configOf({ functions, routes: [{ path: "/*", hosts: ["a.test"], function: "a" }] }));
});

test("every field that the gateway does not act on yet is refused", () => {
  const routes = [{ path: "/*", static: "public" }];
  const rest = { admin: {}, workers: 2, watch: true };
  assert.throws(
    () => gatewayCanServe(configOf({ routes, ...rest })),
    ({ message }: Error) => {
      const [, ...lines] = message.split("\n  ");
      assert.deepEqual(
        lines.map((line) => line.replace(/: got a value, expected none: .*/, "")),
        ["workers", "watch"],
      );
      return true;
    },
  );
});
