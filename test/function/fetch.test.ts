// fetch.test.ts: fetch() inside a handler, against a client that the test plays.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { OutboundClient, OutboundRequest, OutboundResponse } from "../../src/device/outbound-client.js";
import { MayflyError } from "../../src/errors.js";
import { functionTest } from "./support.js";

type Answer = (request: OutboundRequest, signal: AbortSignal) => Promise<Partial<OutboundResponse>>;

/** A client that answers as `answer` says. */
function outbound(answer: Answer): { outbound: () => OutboundClient } {
  const send = async (request: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse> => ({
    status: 200,
    statusText: "OK",
    url: request.url,
    redirected: false,
    headers: [],
    body: piecesOf(),
    ...(await answer(request, signal)),
  });
  return { outbound: () => ({ send }) };
}

async function* piecesOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await delay(1);
    yield Buffer.from(text);
  }
}

async function textOf(body: OutboundRequest["body"]): Promise<string> {
  if (body === undefined) return "";
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  let text = "";
  for await (const piece of body) text += Buffer.from(piece).toString();
  return text;
}

functionTest(
  "a request goes out as it is, and its answer comes in",
  `export default { async fetch(request: Request) {
    const response = await fetch("http://other.example/a b?c=d", { method: "put", headers: { "X-A": "b" }, body: "text", redirect: "manual" });
    return Response.json([response.status, response.statusText, response.ok, response.url, response.redirected, response.type,
      response.headers.get("x-c"), response.bodyUsed, await response.text(), response.bodyUsed]);
  } };`,
  async (start) => {
    const seen: unknown[] = [];
    const client = outbound(async (request) => {
      seen.push({ ...request, body: await textOf(request.body) });
      return {
        status: 203,
        statusText: "Fine",
        redirected: true,
        headers: [["X-C", "d"]],
        body: piecesOf("one, ", "two"),
      };
    });
    const { text } = await start({}, client).ask("/");
    assert.deepEqual(JSON.parse(text), [
      ...[203, "Fine", true, "http://other.example/a%20b?c=d", true, "basic"],
      ...["d", false, "one, two", true],
    ]);
    const [request] = seen as (OutboundRequest & { body: string })[];
    assert.equal(request?.method, "PUT");
    assert.equal(request?.url, "http://other.example/a%20b?c=d");
    assert.equal(request?.redirect, "manual");
    assert.equal(request?.body, "text");
    assert.deepEqual(
      request?.headers.map(([name, value]) => [name.toLowerCase(), value]),
      [
        ["x-a", "b"],
        ["content-type", "text/plain;charset=UTF-8"],
      ],
    );
  },
);

functionTest(
  "bodies stream both ways, and a response may be passed on",
  `export default { async fetch(request: Request) {
    const path = new URL(request.url).pathname;
    if (path === "/pass") return fetch("http://x.example/pass");
    if (path === "/clone") { const r = await fetch("http://x.example/"); const c = r.clone(); return new Response(await c.text() + await r.text()); }
    return fetch("http://x.example/upload", { method: "POST", body: request.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({ transform(t, c) { c.enqueue(t.toUpperCase()); } })).pipeThrough(new TextEncoderStream()) });
  } };`,
  async (start) => {
    const client = outbound(async ({ url, body }) =>
      url.endsWith("/upload")
        ? { body: piecesOf(`got ${await textOf(body)}`) }
        : { status: 201, headers: [["x-from", "there"]], body: piecesOf("a", "b", "c") },
    );
    const guest = start({}, client);
    const passed = await guest.ask("/pass");
    assert.deepEqual([passed.status, passed.header("x-from"), passed.text], [201, "there", "abc"]);
    assert.equal((await guest.ask("/clone")).text, "abcabc");
    const upload = await guest.ask("/upload", { method: "POST", body: piecesOf("one ", "two ", "three") });
    assert.equal(upload.text, "got ONE TWO THREE");
  },
);

functionTest(
  "more requests at once than may be open wait for each other",
  `export default { async fetch() {
    const texts = await Promise.all(Array.from({ length: 50 }, async (_, i) => (await fetch("http://x.example/" + i)).text()));
    return new Response(texts.join());
  } };`,
  async (start) => {
    let open = 0;
    let most = 0;
    const client = outbound(async ({ url }) => {
      most = Math.max(most, ++open);
      await delay(2);
      open -= 1;
      return { body: piecesOf(new URL(url).pathname.slice(1)) };
    });
    const { text } = await start({}, client).ask("/");
    assert.equal(text, Array.from({ length: 50 }, (_, i) => i).join());
    assert.ok(most > 1 && most <= 16, `${most} at once`);
  },
);

functionTest(
  "what fails is a TypeError that says why",
  `export default { async fetch(request: Request) {
    const why = async (f: () => Promise<unknown>) => f().then(() => "no", (e) => e.name + ": " + e.message);
    if (request.url.endsWith("/cut")) return new Response(await why(async () => (await fetch("http://x.example/cut")).text()));
    return Response.json([await why(() => fetch("http://x.example/refused")), await why(() => fetch("no url")), await why(() => fetch("http://u:p@x.example/"))]);
  } };`,
  async (start) => {
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new MayflyError("OUTBOUND_FAILED", "fetch: the connection broke");
    }
    const client = outbound(async ({ url }) => {
      if (url.endsWith("/cut")) return { body: cut() };
      throw new MayflyError("OUTBOUND_FAILED", `fetch ${url}: nobody listens there`);
    });
    const guest = start({}, client);
    const [refused, none, credentials] = JSON.parse((await guest.ask("/")).text) as string[];
    assert.match(refused!, /^TypeError: fetch http:\/\/x\.example\/refused: .*nobody listens there/);
    assert.match(none!, /^TypeError: /);
    assert.match(credentials!, /^TypeError: .*credentials/);
    assert.match((await guest.ask("/cut")).text, /^TypeError: .*the connection broke/);
  },
);

functionTest(
  "without a configuration for it there is no fetch, and the error says so",
  `export default { fetch: async () => new Response(await fetch("http://x.example/").catch((e) => e.name + ": " + e.message)) };`,
  async (start) => {
    assert.match((await start().ask("/")).text, /^TypeError: .*may not send requests.*configuration/);
  },
);

functionTest(
  "a signal gives a request up: before, meanwhile, and within the body",
  `export default { async fetch() {
    const why = async (f: () => Promise<unknown>) => f().then(() => "no", (e) => e.name);
    const controller = new AbortController();
    const { body } = await fetch("http://x.example/endless", { signal: controller.signal });
    const reader = body!.getReader();
    await reader.read();
    controller.abort();
    return Response.json([
      await why(() => fetch("http://x.example/slow", { signal: AbortSignal.abort() })),
      await why(() => fetch("http://x.example/slow", { signal: AbortSignal.timeout(5) })),
      await why(async () => { for (;;) if ((await reader.read()).done) return; }),
    ]);
  } };`,
  async (start) => {
    let aborted = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        await delay(1);
        yield Buffer.from("x");
      }
    }
    const client = outbound(async ({ url }, signal) => {
      signal.addEventListener("abort", () => aborted++);
      if (url.endsWith("/endless")) return { body: endless() };
      return delay(60_000, {}, { signal });
    });
    const { text } = await start({}, client).ask("/");
    assert.deepEqual(JSON.parse(text), ["AbortError", "TimeoutError", "AbortError"]);
    assert.equal(aborted, 2);
  },
);
