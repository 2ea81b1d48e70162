// parse-config.test.ts: defaults, and every class of mistake with its path, what was found and what was expected.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MayflyConfig } from "./define-config.js";
import { type ParseOptions, parseServeConfig } from "./parse-config.js";

const OPTIONS = { name: "c.json", directory: "/app", environment: {} };

function parse(value: MayflyConfig, options: ParseOptions = {}) {
  return parseServeConfig(value, { ...OPTIONS, ...options });
}

function mistakesOf(value: unknown, options: ParseOptions = {}): string {
  let message = "";
  assert.throws(
    () => parseServeConfig(value, { ...OPTIONS, ...options }),
    (error: Error & { code?: string }) => {
      message = error.message;
      return error.code === "CONFIG_INVALID";
    },
  );
  return message;
}

const route = { path: "/a", image: "a.img" };

test("what a config leaves out gets its default", () => {
  const { memoryMiB, ...config } = parse({ routes: [{ ...route, limits: { memoryMiB: 64 } }] });
  assert.ok(Number.isSafeInteger(memoryMiB) && memoryMiB >= 64);
  assert.deepEqual(config, {
    name: "c.json",
    listen: { host: "127.0.0.1", port: 8080 },
    admin: undefined,
    workers: 1,
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

test("all that a config says is understood", () => {
  const config = parse({
    listen: { host: "::", port: 443, tls: { cert: "tls/cert.pem", key: "/etc/key.pem" } },
    admin: {},
    workers: 2,
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
  assert.deepEqual(config.admin, { host: "127.0.0.1", port: 8081 });
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
  assert.deepEqual(admin, { host: "127.0.0.1", port: 9000 });
  assert.deepEqual([workers, watch, serverTiming, functions[0]?.idleMs], [3, true, true, 5]);
});

test("all mistakes of a config are in one report", () => {
  const message = mistakesOf({
    listen: { port: 70_000, hots: "x", tls: { cert: "c" } },
    workers: "many",
    trustForwarded: ["10.0.0.1/8"],
    defaults: { idle: "soon" },
    functions: { f: { isolation: "none", outbound: { origins: ["x"], maxRequests: -1 } }, g: {} },
    routes: [
      { path: "a", image: "", limits: { memoryMiB: 1, wallTimeMs: 1.5, cpuTime: "1 s", bodyBytes: -1 } },
      { image: 3 },
      7,
      { path: "/x", function: "h", hosts: ["a:80"] },
      { path: "/x", function: "h" },
    ],
    concurrency: { vms: 0 },
    extra: true,
  });
  assert.deepEqual(message.split("\n  "), [
    "c.json: 23 mistakes",
    "listen.port: got 70000, expected a whole number, 0 to 65535",
    "listen.tls.key: got nothing, expected a text that is not empty",
    'listen: got a field "hots", expected one of host, port, tls',
    'workers: got "many", expected a whole number, 1 to 256, or "cores"',
    'trustForwarded.0: got "10.0.0.1/8", expected an address or a range such as "10.0.0.5" or "10.0.0.0/8"',
    'defaults.idle: got "soon", expected a duration such as "10s", or a number of ms, 0 to 86400000',
    "concurrency.vms: got 0, expected a whole number, 1 to 10000",
    'got a field "extra", expected one of listen, admin, workers, memoryMiB, trustForwarded, serverTiming, watch, directory, defaults, concurrency, functions, routes',
    'functions.f.isolation: got "none", expected one of "request", "instance", "boot"',
    'functions.f.outbound.origins.0: got "x", expected an origin such as "https://api.example.com" or "https://*.example.com", or "*"',
    "functions.f.outbound.maxRequests: got -1, expected a whole number, 0 to 10000",
    "functions.g.file: got nothing, expected a file",
    'routes.0.path: got "a", expected a path that starts with "/", such as "/hello", "/users/[id]" or "/files/*"',
    'routes.0.image: got "", expected a text that is not empty',
    "routes.0.limits.memoryMiB: got 1, expected a whole number, 2 to 4096 (MiB)",
    'routes.0.limits.cpuTime: got "1 s", expected a duration such as "10s", or a number of ms, 1 to 86400000',
    "routes.0.limits.wallTimeMs: got 1.5, expected a whole number, 1 to 86400000 (ms)",
    "routes.0.limits.bodyBytes: got -1, expected a whole number, 0 to 9007199254740991 (bytes)",
    "routes.1.path: got nothing, expected a path",
    "routes.1.image: got 3, expected a text that is not empty",
    "routes.2: got 7, expected an object with path, hosts, function, image, static, limits",
    'routes.3.hosts.0: got "a:80", expected a name such as "example.com" or "*.example.com", without a port',
    'routes.4.function: got "h", expected the name of a function (f, g), or a handler\'s file such as "hello.ts"',
  ]);
});

const MISTAKES: [name: string, value: unknown, message: string][] = [
  ["no routes", { routes: [] }, 'routes: got [], expected at least one route, or a "directory" of handlers'],
  ["nothing", {}, 'routes: got nothing, expected at least one route, or a "directory" of handlers'],
  [
    "a list",
    [],
    "got [], expected an object with listen, admin, workers, memoryMiB, trustForwarded, serverTiming, watch, directory, defaults, concurrency, functions, routes",
  ],
  [
    "a route to nothing",
    { routes: [{ path: "/a" }] },
    'routes.0.function: got nothing, expected a function, or an "image" or "static" in its place',
  ],
  [
    "a route to two things",
    { routes: [{ ...route, function: "a.ts" }] },
    'routes.0.image: got "a.img", expected nothing beside "function"',
  ],
  [
    "a route to a function that does not exist",
    { routes: [{ path: "/a", function: "helo" }] },
    'routes.0.function: got "helo", expected the name of a function, or a handler\'s file such as "hello.ts"',
  ],
  [
    "static files at one path",
    { routes: [{ path: "/a", static: "public" }] },
    'routes.0.path: got "/a", expected a path that ends in "/*" for static files',
  ],
  [
    "limits of a route to a named function",
    { functions: { f: "f.ts" }, routes: [{ path: "/", function: "f", limits: {} }] },
    "routes.0.limits: got limits of a route, expected them at functions.f",
  ],
  [
    "a path twice",
    { routes: [route, { ...route, path: "/b" }, route] },
    'routes.2.path: got "/a", expected a path that no other route has: routes.0 answers the same',
  ],
  [
    "one shape twice",
    {
      routes: [
        { ...route, path: "/[a]/x" },
        { ...route, path: "/[b]/x", hosts: [] },
      ],
    },
    'routes.1.path: got "/[b]/x", expected a path that no other route has: routes.0 answers the same',
  ],
  [
    "one host twice",
    {
      routes: [
        { ...route, hosts: ["a.com", "b.com"] },
        { ...route, hosts: ["B.com."] },
      ],
    },
    'routes.1.path: got "/a", expected a path that no other route has: routes.0 answers the same',
  ],
  [
    "a duration in two spellings",
    { routes: [{ ...route, limits: { wallTime: "1s", wallTimeMs: 5 } }] },
    'routes.0.limits.wallTimeMs: got 5, expected nothing beside "wallTime"',
  ],
  [
    "concurrency in two places",
    { concurrency: {}, defaults: { concurrency: {} }, routes: [route] },
    "concurrency: got an object, expected nothing beside defaults.concurrency",
  ],
  [
    "a function larger than all memory",
    { memoryMiB: 64, routes: [{ ...route, limits: { memoryMiB: 65 } }] },
    "routes.0.limits.memoryMiB: got 65, expected at most the 64 MiB of all virtual machines (memoryMiB)",
  ],
  [
    "more warm VMs than there may be",
    { functions: { f: { file: "f.ts", keepWarm: 65 } }, routes: [{ path: "/", function: "f" }] },
    "functions.f.keepWarm: got 65, expected at most concurrency.vms, 64",
  ],
  [
    "one port for two servers",
    { listen: { port: 80 }, admin: { port: 80 }, routes: [route] },
    "admin.port: got 80, expected another port than listen.port",
  ],
  [
    "a directory that is not there",
    { directory: "nowhere" },
    'directory: got "nowhere", expected a directory that can be read (ENOENT)',
  ],
];
for (const [name, value, message] of MISTAKES) {
  test(`${name}: one mistake, one line`, () => assert.equal(mistakesOf(value), `c.json: ${message}`));
}

test("files that are not there are mistakes when they are looked for", () => {
  const listen = { tls: { cert: "cert.pem", key: "key.pem" } };
  const functions = { f: "f.ts" };
  const routes = [
    { path: "/", function: "f" },
    { path: "/a", image: "a.img" },
    { path: "/s/*", static: "s" },
  ];
  const message = mistakesOf({ listen, functions, routes }, { checkFiles: true, directory: "/nowhere" });
  assert.deepEqual(message.split("\n  "), [
    "c.json: 5 mistakes",
    'listen.tls.cert: got "cert.pem", expected a file: /nowhere/cert.pem does not exist',
    'listen.tls.key: got "key.pem", expected a file: /nowhere/key.pem does not exist',
    'functions.f.file: got "f.ts", expected a file: /nowhere/f.ts does not exist',
    'routes.1.image: got "a.img", expected a file: /nowhere/a.img does not exist',
    'routes.2.static: got "s", expected a directory: /nowhere/s does not exist',
  ]);
});

for (const path of [
  "",
  "a",
  "/a b",
  "/a?b",
  "/a#b",
  "/*/a",
  "/a*",
  "/a/**",
  "http://x/a",
  "/\u00e4",
  "/[a",
  "/[a]b",
  "/[]",
  "/[[...a]]",
  "/[...a]/b",
  "/[a]/[a]",
  "/[1]",
]) {
  test(`"${path}" is no path of a route`, () => {
    assert.match(mistakesOf({ routes: [{ ...route, path }] }), /^c\.json: routes\.0\.path: got /);
  });
}

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
