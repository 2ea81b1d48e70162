// dashboard-handler.test.ts: the dashboard over HTTP: what it answers, and under which policy.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Observation } from "../observation/observation.js";
import { dashboardHandler } from "./dashboard-handler.js";
import { LiveDashboard } from "./live-dashboard.js";

async function withDashboard(body: (url: string, observation: Observation) => Promise<void>): Promise<void> {
  const observation = new Observation();
  const handler = dashboardHandler(new LiveDashboard(observation));
  const server = createServer((request, response) => {
    if (!handler(request, response)) response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, observation);
  } finally {
    handler.close();
    server.closeAllConnections();
    server.close();
  }
}

test("the page comes with a policy that names its script and nothing else", () =>
  withDashboard(async (url) => {
    const response = await fetch(url);
    const policy = response.headers.get("content-security-policy")!;
    assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+';/);
    assert.ok(!policy.includes("unsafe"));
    const page = await response.text();
    assert.ok(!/(src|href)="(?!data:,|#)/.test(page), "the page asks for nothing from elsewhere");
    assert.ok(!/innerHTML|insertAdjacentHTML|document\.write|eval\(/.test(page));
  }));

test("the state is JSON", () =>
  withDashboard(async (url, observation) => {
    observation.observe("hello", 32);
    const response = await fetch(`${url}/state.json`);
    assert.equal(response.headers.get("content-type"), "application/json");
    const { functions } = (await response.json()) as { functions: { name: string }[] };
    assert.deepEqual(
      functions.map(({ name }) => name),
      ["hello"],
    );
  }));

test("events begin with the state, and updates follow", () =>
  withDashboard(async (url, observation) => {
    const watch = observation.observe("hel\nlo", 32);
    const response = await fetch(`${url}/events`);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    let text = "";
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes("event: update")) break;
      watch.vm!({ vm: 1, state: "starting" });
    }
    assert.match(
      text,
      /^retry: \d+\nevent: state\ndata: \{.*\}\n\nevent: update\ndata: \{.*"starting".*\}\n\n$/,
    );
  }));

test("other methods and other paths are not the dashboard's", () =>
  withDashboard(async (url) => {
    assert.equal((await fetch(url, { method: "POST" })).status, 405);
    assert.equal((await fetch(`${url}/metrics`)).status, 404);
    assert.equal((await fetch(`${url}/toString`)).status, 404);
    const head = await fetch(`${url}/events`, { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
  }));

test("a page too many is told to come again, and there is room when one left", () =>
  withDashboard(async (url, observation) => {
    const leave = new AbortController();
    const open = (): Promise<Response> => fetch(`${url}/events`, { signal: leave.signal });
    const pages = await Promise.all(Array.from({ length: 33 }, open));
    assert.deepEqual(
      pages.map(({ status }) => status).filter((status) => status !== 200),
      [503],
    );
    assert.notEqual(observation.onObserved, undefined);
    leave.abort();
    while (observation.onObserved !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  }));
