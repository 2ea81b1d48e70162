// parse-config.test.ts: what a configuration says, what it leaves out, and what goes before it.
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../function/function-limits.js";
import type { MayflyConfig } from "./define-config.js";
import { type ParseOptions, parseServeConfig } from "./parse-config.js";

const OPTIONS = { name: "c.json", directory: "/app", environment: {} };

function parse(value: MayflyConfig, options: ParseOptions = {}) {
  return parseServeConfig(value, { ...OPTIONS, ...options });
}

const route = { path: "/a", image: "a.img" };

test("what a config leaves out gets its default", () => {
  const { memoryMiB, ...config } = parse({ routes: [{ ...route, limits: { memoryMiB: 64 } }] });
  assert.ok(Number.isSafeInteger(memoryMiB) && memoryMiB >= 64);
  assert.deepEqual(config, {
    name: "c.json",
    listen: { host: "127.0.0.1", port: 8080 },
    admin: undefined,
    workers: availableParallelism(),
    hangMs: 10_000,
    keepAliveMs: 75_000,
    drainMs: 10_000,
    drainDelayMs: 0,
    trustForwarded: [],
    serverTiming: false,
    watch: false,
    functions: [
      {
        name: "a",
        file: "/app/a.img",
        isolation: "boot",
        limits: { memoryMiB: 64, wallTimeMs: 10_000, cpuTimeMs: 5000, bodyBytes: 16 * 1024 * 1024 },
        env: {},
        secrets: {},
        outbound: undefined,
        concurrency: { vms: 64, queue: 256, queueMs: 1000 },
        keepWarm: 0,
        idleMs: 10_000,
      },
    ],
    routes: [{ hosts: [], path: "/a", target: { kind: "function", name: "a" } }],
  });
});

test("a function has the library's limits, and those of an image stay apart", () => {
  const functions = { named: "named.ts" };
  const routes = [
    { path: "/named", function: "named" },
    { path: "/inline", function: "./inline.ts" },
    { path: "/built", function: "built.img" },
    route,
  ];
  const { startCpuTimeMs: _, ...limits } = DEFAULT_LIMITS;
  const [a, b, c, image] = parse({ functions, routes }).functions;
  for (const each of [a, b, c]) assert.deepEqual(each?.limits, limits);
  assert.deepEqual(image?.limits, { ...limits, cpuTimeMs: 5000, bodyBytes: 16 * 1024 * 1024 });
  const defaults = { limits: { cpuTime: 70, bodyBytes: 7 } } as const;
  for (const each of parse({ functions, routes, defaults }).functions)
    assert.deepEqual(each.limits, { ...limits, cpuTimeMs: 70, bodyBytes: 7 });
});

test("all that a config says is understood", () => {
  const config = parse({
    listen: { host: "::", port: 443, tls: { cert: "tls/cert.pem", key: "/etc/key.pem" } },
    admin: { hosts: ["Mayfly.SVC"] },
    workers: 2,
    hangTime: "1m",
    drainTime: "2m",
    drainDelay: "5s",
    memoryMiB: 512,
    trustForwarded: ["10.0.0.0/8", "::1"],
    serverTiming: true,
    watch: true,
    defaults: { limits: { cpuTime: "50ms" }, idle: "1m", env: { STAGE: "test" } },
    functions: {
      hello: "hello.ts",
      users: {
        file: "users.ts",
        isolation: "instance",
        limits: { wallTime: "1.5s", bodyMiB: 1 },
        env: { LANG: "en" },
        outbound: { origins: ["https://api.example.com"] },
        concurrency: { vms: 4, queueTime: 250 },
        keepWarm: 1,
        idle: "2s",
      },
    },
    routes: [
      { path: "/hello", function: "hello" },
      { path: "/users/[id]", hosts: ["API.example.com", "*.example.org"], function: "users" },
      { path: "/*", static: "public" },
    ],
  });
  const { cert, key } = config.listen.tls!;
  assert.deepEqual([cert, key], ["/app/tls/cert.pem", "/etc/key.pem"]);
  assert.deepEqual(config.admin, { host: "127.0.0.1", port: 8081, hosts: ["mayfly.svc"] });
  assert.deepEqual([config.hangMs, config.drainMs, config.drainDelayMs], [60_000, 120_000, 5000]);
  const [hello, users] = config.functions;
  assert.deepEqual(
    { ...hello, limits: hello?.limits.cpuTimeMs },
    {
      ...hello,
      file: "/app/hello.ts",
      isolation: "request",
      limits: 50,
      env: { STAGE: "test" },
      idleMs: 60_000,
    },
  );
  assert.deepEqual(users, {
    name: "users",
    file: "/app/users.ts",
    isolation: "instance",
    limits: { memoryMiB: 32, wallTimeMs: 1500, cpuTimeMs: 50, bodyBytes: 1024 * 1024 },
    env: { STAGE: "test", LANG: "en" },
    secrets: {},
    outbound: { origins: ["https://api.example.com"] },
    concurrency: { vms: 4, queue: 256, queueMs: 250 },
    keepWarm: 1,
    idleMs: 2000,
  });
  assert.deepEqual(config.routes[1]?.hosts, ["api.example.com", "*.example.org"]);
  assert.deepEqual(config.routes[2]?.target, { kind: "static", directory: "/app/public" });
});

test("the older JSON form is understood", () => {
  const limits = { memoryMiB: 8, wallTimeMs: 60_000, cpuTimeMs: 50, bodyBytes: 100 };
  const concurrency = { vms: 2, queue: 3, queueMs: 4 };
  const routes = [
    { path: "/hello", function: "hello.ts", limits },
    { ...route, limits },
  ];
  const config = parse({ routes, concurrency });
  assert.deepEqual(
    config.functions.map((fn) => [fn.name, fn.isolation, fn.limits, fn.concurrency]),
    [
      ["hello", "request", limits, concurrency],
      ["a", "boot", limits, concurrency],
    ],
  );
});

test("routes to one file share a function, unless they differ in its settings", () => {
  const file = { function: "x/a.ts" };
  const routes = [
    { path: "/1", ...file },
    { path: "/2", ...file },
    { path: "/3", ...file, limits: { memoryMiB: 64 } },
    { path: "/4", function: "y/a.ts" },
  ];
  const config = parse({ routes });
  assert.deepEqual(
    config.functions.map(({ name }) => name),
    ["a", "a-2", "a-3"],
  );
  const names = config.routes.map(({ target }) => target.kind === "function" && target.name);
  assert.deepEqual(names, ["a", "a", "a-2", "a-3"]);
});

test("the command's options go before the config", () => {
  const overrides = {
    host: "::1",
    port: 0,
    adminPort: 9000,
    idleMs: 5,
    workers: 3,
    watch: true,
    serverTiming: true,
  };
  const config = parse({ listen: { port: 1 }, defaults: { idle: 7 }, routes: [route] }, { overrides });
  const { listen, admin, workers, watch, serverTiming, functions } = config;
  assert.deepEqual(listen, { host: "::1", port: 0 });
  assert.deepEqual(admin, { host: "127.0.0.1", port: 9000, hosts: [] });
  assert.deepEqual([workers, watch, serverTiming, functions[0]?.idleMs], [3, true, true, 5]);
});

for (const path of [
  "/",
  "/*",
  "/a",
  "/a/",
  "/a/*",
  "/a/b.c/~d/%20",
  "/@x/y:z",
  "/[a]/[b]/c",
  "/x/[...rest]",
]) {
  test(`"${path}" is a path of a route`, () => {
    assert.equal(parse({ routes: [{ ...route, path }] }).routes[0]?.path, path);
  });
}
