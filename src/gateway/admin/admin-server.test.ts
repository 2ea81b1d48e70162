// admin-server.test.ts: health, readiness, and the paths that others add.
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { AdminServer } from "./admin-server.js";
import { isOwnHost } from "./own-host.js";

async function withAdmin(
  body: (admin: AdminServer, url: string) => Promise<void>,
  isReady?: () => boolean,
): Promise<void> {
  const admin = new AdminServer(isReady);
  try {
    await body(admin, await admin.listen({ host: "127.0.0.1", port: 0 }));
  } finally {
    await admin.close();
  }
}

async function told(url: string, init?: RequestInit): Promise<[number, string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

test("the process lives, and is ready when the gateway says so", () => {
  let isReady = false;
  const test = async (_: AdminServer, url: string): Promise<void> => {
    assert.deepEqual(await told(`${url}/healthz`), [200, "ok\n"]);
    assert.deepEqual(await told(`${url}/readyz`), [503, "not ready\n"]);
    isReady = true;
    assert.deepEqual(await told(`${url}/readyz?verbose`), [200, "ready\n"]);
    assert.deepEqual(await told(`${url}/readyz`, { method: "HEAD" }), [200, ""]);
  };
  return withAdmin(test, () => isReady);
});

test("added paths are answered: an exact one before the nearest with a star", () =>
  withAdmin(async (admin, url) => {
    for (const path of ["/metrics", "/*", "/a/*", "/a/b"])
      admin.handle(path, (_, response) => void response.end(path));
    for (const [path, handler] of [
      ["/metrics", "/metrics"],
      ["/a/b", "/a/b"],
      ["/a/b/c", "/a/*"],
      ["/a/", "/a/*"],
      ["/", "/*"],
      ["/other", "/*"],
    ])
      assert.deepEqual(await told(`${url}${path}`), [200, handler]);
  }));

test("other paths are 404, other methods 405, and a handler that fails 500", () =>
  withAdmin(async (admin, url) => {
    admin.handle("/broken", () => Promise.reject(new Error("secret")));
    assert.equal((await told(`${url}/nowhere`))[0], 404);
    assert.equal((await told(`${url}/healthz`, { method: "POST", body: "x" }))[0], 405);
    assert.deepEqual(await told(`${url}/broken`), [500, "failed\n"]);
  }));

/** The status of a GET whose Host header says `host`: fetch() allows no other than the URL's. */
function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host }, agent: false }, (response) => {
      resolve(response.resume().statusCode!);
    });
    asked.on("error", reject).end();
  });
}

test("a name that is not the server's own gets nothing but its health", async () => {
  await using admin = new AdminServer();
  const url = await admin.listen({ host: "LocalHost", port: 0 });
  admin.handle("/metrics", (_, response) => void response.end("up 1\n"));
  for (const host of ["127.0.0.1", "10.1.2.3:9000", "[::1]", "[fe80::1]:80", "localhost", "LOCALHOST:8081"])
    assert.equal(await statusFor(`${url}/metrics`, host), 200, host);
  for (const host of ["attacker.example", "attacker.example:8081", "localhost.attacker.example", "1.2.3.4.5"])
    for (const path of ["/metrics", "/nowhere"]) assert.equal(await statusFor(url + path, host), 421, host);
  for (const path of ["/healthz", "/readyz"])
    assert.equal(await statusFor(url + path, "attacker.example"), 200, path);
});

test("the name that it was told to listen at is its own", () => {
  for (const [host, own, expected] of [
    ["metrics.example:9000", "Metrics.Example", true],
    ["metrics.example.", "metrics.example", true],
    ["metrics.example", "0.0.0.0", false],
    ["", "127.0.0.1", false],
    [undefined, "127.0.0.1", false],
  ] as const)
    assert.equal(isOwnHost(host, own), expected, host);
});

test("further names are its own when they are told", async () => {
  await using admin = new AdminServer();
  const hosts = ["metrics.example", "*.svc"];
  const url = await admin.listen({ host: "127.0.0.1", port: 0, hosts });
  admin.handle("/metrics", (_, response) => void response.end("up 1\n"));
  for (const [host, status] of [
    ["metrics.example:8081", 200],
    ["Mayfly.SVC.", 200],
    ["a.mayfly.svc", 421],
    ["svc", 421],
    ["example", 421],
  ] as const)
    assert.equal(await statusFor(`${url}/metrics`, host), status, host);
});

test("closing ends what is under way", () =>
  withAdmin(async (admin, url) => {
    admin.handle("/events", (_, response) => response.flushHeaders());
    const events = await fetch(`${url}/events`);
    await admin.close();
    await assert.rejects(events.text());
  }));
