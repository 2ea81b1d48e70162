// mistakes.test.ts: every class of mistake of a configuration, with its path, what was found and what was expected.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ParseOptions, parseServeConfig } from "./parse-config.js";

const OPTIONS = { name: "c.json", directory: "/app", environment: {} };

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
    "c.json: 25 mistakes",
    "listen.port: got 70000, expected a whole number, 0 to 65535",
    "listen.tls.key: got nothing, expected a text that is not empty",
    'listen: got a field "hots" (did you mean "host"?), expected one of host, port, tls',
    'workers: got "many", expected a whole number, 1 to 256, or "cores"',
    'trustForwarded.0: got "10.0.0.1/8", expected an address or a range such as "10.0.0.5" or "10.0.0.0/8"',
    'defaults.idle: got "soon", expected a duration such as "10s", or a number of ms, 0 to 86400000',
    "concurrency.vms: got 0, expected a whole number, 1 to 10000",
    'got a field "extra", expected one of listen, admin, workers, hangTime, keepAlive, drainTime, drainDelay, memoryMiB, trustForwarded, serverTiming, watch, directory, defaults, concurrency, functions, routes',
    'functions.f.isolation: got "none", expected one of "request", "instance", "boot"',
    'functions.f.outbound.origins.0: got "x", expected an origin such as "https://api.example.com" or "https://*.example.com", or "*"',
    "functions.f.outbound.maxRequests: got -1, expected a whole number, 0 to 10000",
    "functions.f.file: got nothing, expected a file",
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
    'routes.3.function: got "h", expected the name of a function (f, g), or a handler\'s file such as "hello.ts"',
    'routes.4.function: got "h", expected the name of a function (f, g), or a handler\'s file such as "hello.ts"',
  ]);
});

const MISTAKES: [name: string, value: unknown, message: string][] = [
  ["no routes", { routes: [] }, 'routes: got [], expected at least one route, or a "directory" of handlers'],
  ["nothing", {}, 'routes: got nothing, expected at least one route, or a "directory" of handlers'],
  [
    "a list",
    [],
    "got [], expected an object with listen, admin, workers, hangTime, keepAlive, drainTime, drainDelay, memoryMiB, trustForwarded, serverTiming, watch, directory, defaults, concurrency, functions, routes",
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
    "a function without a name",
    { functions: { "": "f.ts" }, routes: [{ path: "/", function: "f.ts" }] },
    "functions: got a function without a name, expected a name that is not empty",
  ],
  [
    "a parameter twice",
    { routes: [{ ...route, path: "/x/[id]/[id]" }] },
    'routes.0.path: got "/x/[id]/[id]", expected parameters with names of their own, not "id" twice',
  ],
  [
    "a path that goes on behind its rest",
    { routes: [{ ...route, path: "/[...r]/x" }] },
    'routes.0.path: got "/[...r]/x", expected nothing behind "[...r]"',
  ],
  [
    "a character that no path has",
    { routes: [{ ...route, path: "/a/b c" }] },
    'routes.0.path: got "/a/b c", expected segments such as "hello", "[id]", "[...rest]" or "*", percent-encoded where need be, not "b c"',
  ],
  [
    "a field that is misspelt",
    { serverTimings: true, routes: [route] },
    'got a field "serverTimings" (did you mean "serverTiming"?), expected one of listen, admin, workers, hangTime, keepAlive, drainTime, drainDelay, memoryMiB, trustForwarded, serverTiming, watch, directory, defaults, concurrency, functions, routes',
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

test("a certificate that is not there is told beside what else is wrong with where to listen", () => {
  const listen = { port: "x", tls: { cert: "cert.pem", key: "key.pem" } };
  const message = mistakesOf({ listen, routes: [route] }, { checkFiles: true, directory: "/nowhere" });
  assert.match(message, /listen\.port: .*\n.*listen\.tls\.cert: .*\n.*listen\.tls\.key: /);
});

test("what has one mistake is looked at for others: secrets, files, targets", () => {
  const message = mistakesOf(
    {
      listen: { port: "x", host: "not a host!", tls: { cert: "nope.pem" } },
      admin: { host: "-" },
      defaults: { idle: "soon", secrets: { D: { env: "ABSENT" } } },
      functions: {
        f: { file: "f.ts", isolation: "none", secrets: { A: { env: "ABSENT" }, B: { env: 7 } } },
        g: { file: 7, secrets: { "1": { env: "ABSENT" }, C: { file: "absent" } } },
      },
      routes: [
        { path: "a", function: "f" },
        { path: "b", function: "h" },
        { path: "c", image: "c.img", limits: { memoryMiB: 1 } },
      ],
    },
    { checkFiles: true, directory: "/nowhere" },
  );
  const A_HOST = 'an address or a name of this host, such as "127.0.0.1", "::" or "localhost"';
  const A_PATH = 'a path that starts with "/", such as "/hello", "/users/[id]" or "/files/*"';
  assert.deepEqual(message.split("\n  "), [
    "c.json: 20 mistakes",
    `listen.host: got "not a host!", expected ${A_HOST}`,
    'listen.port: got "x", expected a whole number, 0 to 65535',
    "listen.tls.key: got nothing, expected a text that is not empty",
    `admin.host: got "-", expected ${A_HOST}`,
    'defaults.idle: got "soon", expected a duration such as "10s", or a number of ms, 0 to 86400000',
    "defaults.secrets.D.env: got no environment variable ABSENT, expected it to be set",
    'listen.tls.cert: got "nope.pem", expected a file: /nowhere/nope.pem does not exist',
    'functions.f.isolation: got "none", expected one of "request", "instance", "boot"',
    "functions.f.secrets.B.env: got a number, expected a text that is not empty",
    'functions.f.file: got "f.ts", expected a file: /nowhere/f.ts does not exist',
    "functions.f.secrets.A.env: got no environment variable ABSENT, expected it to be set",
    "functions.g.file: got 7, expected a text that is not empty",
    'functions.g.secrets: got a field "1", expected a name of letters, digits and _',
    'functions.g.secrets.C.file: got "absent" (ENOENT), expected a file of text that can be read',
    `routes.0.path: got "a", expected ${A_PATH}`,
    `routes.1.path: got "b", expected ${A_PATH}`,
    'routes.1.function: got "h", expected the name of a function (f, g), or a handler\'s file such as "hello.ts"',
    `routes.2.path: got "c", expected ${A_PATH}`,
    "routes.2.limits.memoryMiB: got 1, expected a whole number, 2 to 4096 (MiB)",
    'routes.2.image: got "c.img", expected a file: /nowhere/c.img does not exist',
  ]);
});

for (const host of ["::", "::1", "0.0.0.0", "localhost", "web-1.example.com.", "a_b"]) {
  test(`"${host}" is a host to listen at`, () =>
    assert.equal(parseServeConfig({ listen: { host }, routes: [route] }, OPTIONS).listen.host, host));
}

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
