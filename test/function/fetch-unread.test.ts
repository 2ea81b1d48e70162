// fetch-unread.test.ts: responses whose bodies nobody reads hold nothing up: others may be fetched, and they may still be read.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { OutboundClient } from "../../src/device/outbound-client.js";
import { MayflyError } from "../../src/errors.js";
import { functionTest } from "./support.js";

/** A client whose answers have these bodies, by the path that is asked for; `ended` counts those that are over. */
function answering(bodyOf: (path: string) => AsyncIterable<Uint8Array>) {
  const seen = { open: 0, most: 0 };
  async function* counted(path: string): AsyncGenerator<Uint8Array> {
    try {
      yield* bodyOf(path);
    } finally {
      seen.open -= 1;
    }
  }
  const client: OutboundClient = {
    send: async ({ url }) => {
      seen.most = Math.max(seen.most, ++seen.open);
      const body = counted(new URL(url).pathname.slice(1));
      return { status: 200, statusText: "OK", url, redirected: false, headers: [], body };
    },
  };
  return { seen, more: { outbound: () => client } };
}

async function* repeated(text: string, times: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < times; i++) {
    await delay(0);
    yield Buffer.from(text);
  }
}

functionTest(
  "a handler that looks at statuses alone may ask as often as it likes",
  `export default { async fetch() {
    let sum = 0;
    for (let i = 0; i < 50; i++) sum += (await fetch("http://x.example/" + i)).status;
    return Response.json(sum);
  } };`,
  async (start) => {
    const { seen, more } = answering((path) => repeated(path, 3));
    assert.equal((await start({}, more).ask("/")).text, "10000");
    assert.ok(seen.most <= 17, `${seen.most} at once`);
  },
);

functionTest(
  "bodies that made way are read later, whole and in order",
  `export default { async fetch() {
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) => fetch("http://x.example/" + i)));
    const texts = await Promise.all(all.map((response) => response.text()));
    return Response.json(texts.map((text, i) => text === (i + ",").repeat(i % 8 === 0 ? 40_000 : 100)));
  } };`,
  async (start) => {
    const { more } = answering((path) => repeated(`${path},`.repeat(100), Number(path) % 8 === 0 ? 400 : 1));
    const { text } = await start({ memoryMiB: 64 }, more).ask("/");
    assert.deepEqual(JSON.parse(text), Array(40).fill(true));
  },
);

functionTest(
  "a body that somebody begins to read while it makes way comes to its reader",
  `export default { async fetch() {
    const first = await fetch("http://x.example/first");
    for (let i = 1; i < 16; i++) await fetch("http://x.example/silent");
    const another = fetch("http://x.example/another");
    return Response.json([await first.text(), await (await another).text()]);
  } };`,
  async (start) => {
    const { more } = answering((path) =>
      path === "silent" ? silent() : repeated(`${path} `, path === "first" ? 5 : 1),
    );
    const { text } = await start({}, more).ask("/");
    assert.deepEqual(JSON.parse(text), ["first first first first first ", "another "]);
  },
);

async function* silent(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {});
}

functionTest(
  "bodies that are too large to be kept are given up, the oldest first, and say so to whoever reads them",
  `export default { async fetch() {
    const all = [];
    for (let i = 0; i < 40; i++) all.push(await fetch("http://x.example/" + i));
    const why = (response: Response) => response.text().then(() => "read", (e) => e.name + ": " + e.message);
    return Response.json([await why(all[0]!), all.at(-1)!.body!.constructor.name]);
  } };`,
  async (start) => {
    const { seen, more } = answering(() => repeated("x".repeat(60_000), Number.POSITIVE_INFINITY));
    const { text, status } = await start({ memoryMiB: 64 }, more).ask("/");
    assert.equal(status, 200, text);
    const [why, last] = JSON.parse(text) as string[];
    assert.match(
      why!,
      /^TypeError: fetch http:\/\/x\.example\/0: the response was given up, because nobody read/,
    );
    assert.equal(last, "ReadableStream");
    assert.ok(seen.most <= 17, `${seen.most} at once`);
  },
);

functionTest(
  "what broke while it made way is told to its reader, behind what came",
  `export default { async fetch() {
    const all = [];
    for (let i = 0; i < 17; i++) all.push(await fetch("http://x.example/" + i));
    const reader = all[0]!.body!.getReader();
    const { value } = await reader.read();
    const end = await reader.read().then(() => "read", (e) => e.name + ": " + e.message);
    return Response.json([new TextDecoder().decode(value), end]);
  } };`,
  async (start) => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new MayflyError("OUTBOUND_FAILED", "fetch: the connection broke");
    }
    const { text } = await start({}, answering(broken).more).ask("/");
    assert.deepEqual(JSON.parse(text), ["half", "TypeError: fetch: the connection broke"]);
  },
);

functionTest(
  "a response that outlives its request is gone for the next one",
  `let kept: Response | undefined;
  export default { async fetch() {
    const why = await kept?.text().then(() => "read", (e) => e.name + ": " + e.message);
    kept = await fetch("http://x.example/");
    return Response.json([why ?? null, (await fetch("http://x.example/")).status]);
  } };`,
  async (start) => {
    const guest = start({}, answering(() => repeated("x", 3)).more);
    assert.equal((await guest.ask("/")).text, "[null,200]");
    const [why, status] = JSON.parse((await guest.ask("/")).text) as [string, number];
    assert.match(why, /^TypeError: fetch http:\/\/x\.example\/: the response is gone/);
    assert.equal(status, 200);
  },
);
