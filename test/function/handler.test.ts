// handler.test.ts: what an ordinary handler does: requests in, responses out, promises between.
import assert from "node:assert/strict";
import { functionTest } from "./support.js";

functionTest(
  "a handler answers with text, and again",
  `export default { fetch(request: Request) { return new Response("Hello " + request.method + " " + request.url); } };`,
  async (start) => {
    const guest = start();
    for (const target of ["/", "/a%20b?c=d", `/${"long".repeat(500)}`]) {
      const answer = await guest.ask(target);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.headers, [["content-type", "text/plain;charset=UTF-8"]]);
      assert.equal(answer.text, `Hello GET http://localhost:8080${target}`);
    }
    assert.equal(guest.vm.stats.exits.get("exchange"), 4, "one exit for each request, and one to wait");
  },
);

functionTest(
  "JSON goes in and comes out",
  `export default {
    async fetch(request: Request): Promise<Response> {
      const { name } = (await request.json()) as { name: string };
      return Response.json({ hello: name }, { status: 201, headers: { "X-Name": "n\\u00e4me" } });
    },
  };`,
  async (start) => {
    const answer = await start().post("/", JSON.stringify({ name: "Ada \u{1f98b} \u00fc" }));
    assert.equal(answer.status, 201);
    assert.deepEqual(JSON.parse(answer.text), { hello: "Ada \u{1f98b} \u00fc" });
    assert.equal(answer.header("content-type"), "application/json");
    assert.equal(answer.header("x-name"), "n\u00e4me");
  },
);

functionTest(
  "promises run to their end, however many there are",
  `const later = async (n: number): Promise<number> => (n === 0 ? 0 : 1 + (await later(n - 1)));
  export default {
    async fetch() {
      const counts = await Promise.all([later(10), later(200), new Promise((done) => queue(() => done(1)))]);
      const order: string[] = [];
      for await (const word of words()) order.push(word);
      return Response.json({ counts, order });
    },
  };
  const queue = (job: () => void) => void Promise.resolve().then(job);
  async function* words() { yield "a"; await null; yield "b"; }`,
  async (start) => {
    const answer = await start().ask("/");
    assert.deepEqual(JSON.parse(answer.text), { counts: [10, 200, 1], order: ["a", "b"] });
  },
);

functionTest(
  "headers reach the handler as they are, and a response's several cookies stay apart",
  `export default {
    fetch(request: Request) {
      const headers = new Headers([...request.headers].map(([name, value]) => ["x-echo-" + name, value]));
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      headers.set("x-has", String(request.headers.has("X-LATIN")));
      return new Response(null, { status: 204, headers });
    },
  };`,
  async (start) => {
    const headers = [
      ["accept", "*/*"],
      ["x-twice", "1"],
      ["x-twice", "2"],
      ["x-latin", "na\u00efve \u00ff"],
    ] as const;
    const answer = await start().ask("/", { headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.header("x-echo-x-twice"), "1, 2");
    assert.equal(answer.header("x-echo-x-latin"), "na\u00efve \u00ff");
    assert.equal(answer.header("x-has"), "true");
    assert.deepEqual(
      answer.headers.filter(([name]) => name === "set-cookie"),
      [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    );
  },
);

functionTest(
  "bodies of any size go in and out, as bytes and as text",
  `export default {
    async fetch(request: Request) {
      if (request.url.endsWith("/text")) return new Response(await request.text());
      if (request.url.endsWith("/ignore")) return new Response("ignored");
      const bytes = new Uint8Array(await request.arrayBuffer());
      if (request.url.endsWith("/part")) return new Response(bytes.subarray(3, 5));
      return new Response(bytes);
    },
  };`,
  async (start) => {
    const guest = start({ memoryMiB: 64 });
    for (const size of [0, 1, 64_000, 65_536, 1 << 20, 5 << 20]) {
      const body = Buffer.alloc(size, "abcdefghijklmnopqrstuvwxyz\u0000\u00ff", "latin1");
      assert.ok((await guest.post("/bytes", body)).body.equals(body), `${size} bytes`);
      const text = Buffer.from("\u00e9\u20ac\u{1f98b}x".repeat(size >> 4));
      assert.ok((await guest.post("/text", text)).body.equals(text), `text of ${text.length} bytes`);
    }
    async function* pieces() {
      for (let i = 0; i < 300; i++) yield Buffer.alloc(997, i);
    }
    const streamed = await guest.ask("/bytes", { method: "POST", body: pieces() });
    assert.equal(streamed.body.length, 300 * 997);
    assert.equal(streamed.body[997 * 7 + 5], 7);
    assert.equal((await guest.post("/ignore", Buffer.alloc(1 << 20))).text, "ignored");
    assert.equal((await guest.post("/part", "0123456789")).text, "34");
  },
);

functionTest(
  "imports are bundled: TypeScript, JSON, a package, JavaScript",
  {
    "handler.ts": `import data from "./data.json";
      import { twice } from "./lib/twice.js";
      import { shout } from "shouting";
      export default { fetch: (): Response => new Response(shout(data.word) + twice(21)) };`,
    "data.json": `{ "word": "mayfly" }`,
    "lib/twice.ts": `export const twice = (n: number): number => 2 * n;`,
    "node_modules/shouting/package.json": `{ "name": "shouting", "version": "1.0.0", "exports": { "node": "./node.js", "worker": "./worker.js" } }`,
    "node_modules/shouting/node.js": `export const shout = () => "for Node.js";`,
    "node_modules/shouting/worker.js": `export const shout = (word) => word.toUpperCase();`,
  },
  async (start) => assert.equal((await start().ask("/")).text, "MAYFLY42"),
);

functionTest(
  "the console is the VM's",
  `export default { fetch() { console.log("a", 1, { b: [2n, "c"], d: new Map([[1, "e"]]) }); return new Response(); } };`,
  async (start) => {
    const guest = start();
    await guest.ask("/");
    assert.equal(guest.console, 'a 1 { b: [ 2n, "c" ], d: Map(1) { 1 => "e" } }\n');
  },
);
