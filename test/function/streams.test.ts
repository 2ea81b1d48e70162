// streams.test.ts: the standard's streams, and responses that are streams.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type Case, casesTest } from "./cases.js";
import { functionTest } from "./support.js";

const cases: Record<string, Case> = {
  "a stream is iterated": [
    `(async () => { const seen = []; for await (const x of ReadableStream.from(["a", "b"])) seen.push(x); return seen; })()`,
    ["a", "b"],
  ],
  "pipeThrough a TransformStream": [
    `(async () => { const seen = []; const doubled = ReadableStream.from([1, 2]).pipeThrough(new TransformStream({ transform(x, c) { c.enqueue(2 * x); } }));
      for await (const x of doubled) seen.push(x); return seen; })()`,
    [2, 4],
  ],
  "pipeTo a WritableStream": [
    `(async () => { const seen = []; await ReadableStream.from([1, 2]).pipeTo(new WritableStream({ write(x) { seen.push(x); } }, new CountQueuingStrategy({ highWaterMark: 1 }))); return seen; })()`,
    [1, 2],
  ],
  "tee gives both branches everything": [
    `(async () => { const [a, b] = ReadableStream.from([1, 2]).tee(); const all = async (s) => { const seen = []; for await (const x of s) seen.push(x); return seen; }; return [await all(a), await all(b)]; })()`,
    [
      [1, 2],
      [1, 2],
    ],
  ],
  "text streams join what was cut": [
    `(async () => { let text = ""; const bytes = new TextEncoder().encode("a\\u20ac\\u{1f98b}"); const cut = ReadableStream.from([...bytes].map((b) => new Uint8Array([b])));
      for await (const piece of cut.pipeThrough(new TextDecoderStream())) text += piece; return text; })()`,
    "a\u20ac\u{1f98b}",
  ],
  "an encoder stream joins pairs": [
    `(async () => { const pieces = []; for await (const p of ReadableStream.from(["\\ud83e", "\\udd8b", "\\ud800"]).pipeThrough(new TextEncoderStream())) pieces.push(...p); return pieces; })()`,
    [0xf0, 0x9f, 0xa6, 0x8b, 0xef, 0xbf, 0xbd],
  ],
  "an aborted pipe": [
    `(async () => { const c = new AbortController(); const p = new ReadableStream({ pull() {} }).pipeTo(new WritableStream(), { signal: c.signal }); c.abort(new RangeError("enough")); return p; })()`,
    "RangeError: enough",
  ],
};

casesTest("streams are the standard's", cases);

functionTest(
  "a response may be a stream: at once, over time, of the request itself",
  `const pieces = async function* () { for (let i = 0; i < 5; i++) { await new Promise((done) => setTimeout(done, 1)); yield new TextEncoder().encode(i + " "); } };
  export default {
    async fetch(request: Request) {
      const path = request.url.split("/").pop();
      if (path === "slow") return new Response(ReadableStream.from(pieces()) as never, { headers: { "x-a": "b" } });
      if (path === "echo") return new Response(request.body);
      if (path === "upper") return new Response(request.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({ transform(t, c) { c.enqueue(t.toUpperCase()); } })).pipeThrough(new TextEncoderStream()));
      return new Response(new ReadableStream());
    },
  };`,
  async (start) => {
    const guest = start();
    const slow = await guest.ask("/slow");
    assert.equal(slow.text, "0 1 2 3 4 ");
    assert.equal(slow.header("x-a"), "b");
    const large = Buffer.alloc(300_000, "abcdefg");
    assert.ok((await guest.post("/echo", large)).body.equals(large));
    async function* slowly() {
      for (let i = 0; i < 3; i++) {
        await delay(5);
        yield Buffer.from(`piece ${i}, `);
      }
    }
    assert.equal(
      (await guest.ask("/upper", { method: "POST", body: slowly() })).text,
      "PIECE 0, PIECE 1, PIECE 2, ",
    );
  },
);

functionTest(
  "a body that comes slowly holds up no timer",
  `export default {
    async fetch(request: Request) {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const text = await request.text();
      clearInterval(timer);
      return Response.json({ text, ticked: ticks > 1 });
    },
  };`,
  async (start) => {
    async function* slowly() {
      for (const piece of ["a", "b", "c"]) {
        await delay(20);
        yield Buffer.from(piece);
      }
    }
    const { text } = await start().ask("/", { method: "POST", body: slowly() });
    assert.deepEqual(JSON.parse(text), { text: "abc", ticked: true });
  },
);

for (const [what, code, said] of [
  ["fails", `controller.error(new RangeError("half way"))`, /body failed: RangeError: half way/],
  ["never ends", "", /never ends/],
] as const)
  functionTest(
    `a response's stream that ${what} after its head was sent abandons the response`,
    `export default { fetch() { let n = 0; return new Response(new ReadableStream({ pull(controller) { if (n++ === 0) { controller.enqueue(new Uint8Array(10)); return; } ${code}; } }, { highWaterMark: 0 })); } };`,
    async (start) => {
      const guest = start();
      await assert.rejects(guest.ask("/"));
      assert.equal(guest.vm.end?.reason, "response-abandoned");
      assert.match(`${guest.console}${guest.vm.end.told}`, said);
    },
  );

functionTest(
  "waitUntil keeps the guest at work behind the response",
  `let done = 0;
  export default {
    fetch(request: Request, env: object, ctx: { waitUntil(p: Promise<unknown>): void }) {
      const before = done;
      ctx.waitUntil(new Promise((resolve) => setTimeout(() => { done++; console.log("behind"); resolve(0); }, 5)));
      const { waitUntil } = ctx;
      waitUntil(Promise.reject(new Error("nobody waits")));
      return new Response("done before: " + before + Object.isFrozen(env));
    },
  };`,
  async (start) => {
    const guest = start();
    assert.equal((await guest.ask("/")).text, "done before: 0true");
    // Until then it takes no other request.
    const again = async (): Promise<string> =>
      guest.ask("/").then(
        ({ text }) => text,
        () => delay(1).then(again),
      );
    assert.equal(await again(), "done before: 1true");
    assert.match(guest.console, /behind/);
    assert.match(guest.console, /uncaught: Error: nobody waits/);
  },
);
