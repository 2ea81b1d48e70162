// admin-server.test.ts: health, readiness, and the paths that others add.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AdminServer } from "./admin-server.js";

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

test("closing ends what is under way", () =>
  withAdmin(async (admin, url) => {
    admin.handle("/events", (_, response) => response.flushHeaders());
    const events = await fetch(`${url}/events`);
    await admin.close();
    await assert.rejects(events.text());
  }));
