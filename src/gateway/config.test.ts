// config.test.ts: defaults, and every class of mistake with its path, what was found and what was expected.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGatewayConfig } from "./config.js";

function mistakesOf(value: unknown): string {
  let message = "";
  assert.throws(
    () => parseGatewayConfig(value, "c.json"),
    (error: Error & { code?: string }) => {
      message = error.message;
      return error.code === "CONFIG_INVALID";
    },
  );
  return message;
}

const route = { path: "/a", image: "a.img" };

test("what a config leaves out gets its default", () => {
  assert.deepEqual(parseGatewayConfig({ routes: [{ ...route, limits: { memoryMiB: 64 } }] }, "c.json"), {
    name: "c.json",
    listen: { host: "127.0.0.1", port: 8080 },
    routes: [
      {
        ...route,
        limits: { memoryMiB: 64, wallTimeMs: 10_000, cpuTimeMs: 5000, bodyBytes: 16 * 1024 * 1024 },
      },
    ],
    concurrency: { vms: 64, queue: 256, queueMs: 1000 },
  });
});

test("all mistakes of a config are in one report", () => {
  const message = mistakesOf({
    listen: { port: 70_000, hots: "x" },
    routes: [
      { path: "a", image: "", limits: { memoryMiB: 1, wallTimeMs: 1.5, cpuTimeMs: "1s", bodyBytes: -1 } },
      { image: 3 },
      7,
    ],
    concurrency: { vms: 0 },
    extra: true,
  });
  assert.deepEqual(message.split("\n  "), [
    "c.json: 13 mistakes",
    "listen.port: got 70000, expected a whole number, 0 to 65535",
    'listen: got a field "hots", expected one of host, port',
    'routes.0.path: got "a", expected a path that starts with "/", such as "/hello" or "/files/*"',
    'routes.0.image: got "", expected a text that is not empty',
    "routes.0.limits.memoryMiB: got 1, expected a whole number, 2 to 4096 (MiB)",
    "routes.0.limits.wallTimeMs: got 1.5, expected a whole number, 1 to 86400000 (ms)",
    'routes.0.limits.cpuTimeMs: got "1s", expected a whole number, 1 to 86400000 (ms)',
    "routes.0.limits.bodyBytes: got -1, expected a whole number, 0 to 9007199254740991 (bytes)",
    "routes.1.path: got nothing, expected a path",
    "routes.1.image: got 3, expected a text that is not empty",
    "routes.2: got 7, expected an object with path, image, function, limits, outbound",
    "concurrency.vms: got 0, expected a whole number, 1 to 10000",
    'got a field "extra", expected one of listen, routes, concurrency',
  ]);
});

test("a route has an image or a function", () => {
  const expected = 'c.json: routes.0.image: got nothing, expected an image, or a "function" in its place';
  assert.equal(mistakesOf({ routes: [{ path: "/a" }] }), expected);
  assert.equal(
    mistakesOf({ routes: [{ path: "/a", image: "a.img", function: "a.ts" }] }),
    'c.json: routes.0.function: got "a.ts", expected nothing beside an "image"',
  );
});

test("what a function may fetch is checked like the rest", () => {
  const outbound = { origins: ["https://api.example.com"], timeoutMs: 500 };
  const fn = { path: "/a", function: "a.ts" };
  assert.deepEqual(parseGatewayConfig({ routes: [{ ...fn, outbound }] }).routes[0]?.outbound, outbound);
  assert.match(
    mistakesOf({ routes: [{ ...fn, outbound: { origins: ["foo"] } }] }),
    /^c\.json: routes\.0\.outbound\.origins\.0: got "foo", expected an origin such as /,
  );
  assert.match(
    mistakesOf({ routes: [{ ...fn, outbound: 7 }] }),
    /^c\.json: routes\.0\.outbound: got 7, expected /,
  );
  assert.equal(
    mistakesOf({ routes: [{ ...route, outbound: {} }] }),
    'c.json: routes.0.outbound: got {}, expected nothing without a "function"',
  );
});

test("one mistake is one line", () => {
  assert.equal(mistakesOf({ routes: [] }), "c.json: routes: got [], expected at least one route");
  assert.equal(mistakesOf({}), "c.json: routes: got nothing, expected a list of routes");
  assert.equal(mistakesOf([]), "c.json: got [], expected an object with listen, routes, concurrency");
});

test("a path that two routes have is a mistake of the second", () => {
  assert.equal(
    mistakesOf({ routes: [route, { ...route, path: "/b" }, route] }),
    'c.json: routes.2.path: got "/a", expected a path that no other route has',
  );
});

for (const path of ["", "a", "/a b", "/a?b", "/a#b", "/*/a", "/a*", "/a/**", "http://x/a", "/\u00e4"]) {
  test(`"${path}" is no path of a route`, () => {
    assert.match(mistakesOf({ routes: [{ ...route, path }] }), /^c\.json: routes\.0\.path: got /);
  });
}

for (const path of ["/", "/*", "/a", "/a/", "/a/*", "/a/b.c/~d/%20", "/@x/y:z"]) {
  test(`"${path}" is a path of a route`, () => {
    assert.equal(parseGatewayConfig({ routes: [{ ...route, path }] }).routes[0]?.path, path);
  });
}
