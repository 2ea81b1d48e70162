// applications.test.ts: what others have written for the web's API runs unmodified: routers, validators, renderers from npm.
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, inflateSync } from "node:zlib";
import { packageRoot } from "../../../src/build/places.js";
import { functionTest } from "../support.js";

/** A handler in this folder: npm's packages are found from there. */
function application(name: string): URL {
  return pathToFileURL(join(packageRoot, "test", "function", "applications", name));
}

functionTest(
  "a Hono application routes, validates, and keeps cookies",
  application("hono-app.ts"),
  async (start) => {
    const guest = start();
    assert.equal((await guest.ask("/")).text, "Hello Hono!");
    assert.match(guest.console, /GET .*\/.*200/);
    const book = await guest.ask("/api/books/12?q=a%20b&pretty", {
      headers: [["origin", "https://example.com"]],
    });
    assert.equal(book.text, JSON.stringify({ id: "12", query: "a b" }, null, 2));
    assert.equal(book.header("access-control-allow-origin"), "https://example.com");
    assert.equal((await guest.ask("/api/books/x")).status, 404);
    const preflight = await guest.ask("/api/books", {
      method: "OPTIONS",
      headers: [
        ["origin", "https://example.com"],
        ["access-control-request-method", "POST"],
      ],
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.header("access-control-allow-methods"), "GET,POST");
    assert.equal((await guest.ask("/html")).header("content-type"), "text/html; charset=UTF-8");
    const moved = await guest.ask("/old");
    assert.deepEqual([moved.status, moved.header("location")], [301, "/new"]);
    const cookie = await guest.ask("/cookie", { headers: [["cookie", "visits=4"]] });
    assert.equal(cookie.text, "visit 5");
    assert.deepEqual(
      cookie.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value),
      ["visits=5; Path=/; HttpOnly", "other=a%20b; Path=/"],
    );
  },
);

functionTest(
  "a Hono application reads JSON and forms, and streams",
  application("hono-app.ts"),
  async (start) => {
    const guest = start();
    const post = (target: string, type: string, body: string) =>
      guest.ask(target, { method: "POST", headers: [["content-type", type]], body: Buffer.from(body) });
    const right = await post("/api/books", "application/json", `{"title":"mayfly","year":2024}`);
    assert.deepEqual(
      [right.status, JSON.parse(right.text)],
      [201, { ok: true, title: "MAYFLY", next: 2025 }],
    );
    const wrong = await post("/api/books", "application/json", `{"title":"m"}`);
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /too_small/);
    const encoded = await post("/form", "application/x-www-form-urlencoded", "name=a+b");
    assert.deepEqual(JSON.parse(encoded.text), { name: "a b", file: null });
    const form = new FormData();
    form.append("name", "n");
    form.append("file", new File(["content"], "f.txt"));
    const sent = new Response(form);
    const multipart = await post("/form", sent.headers.get("content-type")!, await sent.text());
    assert.deepEqual(JSON.parse(multipart.text), { name: "n", file: ["f.txt", 7, "content"] });
    assert.equal((await guest.ask("/stream")).text, "line 0\nline 1\nline 2\n");
    const tagged = await guest.ask("/tagged");
    const tag = tagged.header("etag");
    assert.ok(tag);
    assert.equal((await guest.ask("/tagged", { headers: [["if-none-match", tag]] })).status, 304);
    assert.match((await guest.ask("/timed")).header("server-timing") ?? "", /total;dur=/);
    assert.deepEqual(
      [(await guest.ask("/secret")).status, (await guest.ask("/secret")).text],
      [401, "no entry"],
    );
    assert.equal((await guest.ask("/broken")).text, `{"error":"broken"}`);
    assert.deepEqual(
      [(await guest.ask("/none")).status, (await guest.ask("/none")).text],
      [404, "nothing here"],
    );
  },
);

functionTest("Hono compresses for those who ask for it", application("compress-app.ts"), async (start) => {
  const guest = start();
  const ask = (codings: string) => guest.ask("/long", { headers: [["accept-encoding", codings]] });
  const text = "a line of text\n".repeat(1000);
  const packed = await ask("gzip, deflate");
  assert.deepEqual([packed.status, packed.header("content-encoding")], [200, "gzip"]);
  assert.equal(gunzipSync(packed.body).toString(), text);
  assert.equal(inflateSync((await ask("deflate")).body).toString(), text);
  assert.equal((await ask("identity")).text, text);
});

functionTest("an itty-router application", application("itty-app.ts"), async (start) => {
  const guest = start();
  assert.equal((await guest.ask("/hello/Ada")).text, '"Hello, Ada!"');
  assert.deepEqual(JSON.parse((await guest.ask("/query?a=1&b=2&b=3")).text), {
    query: { a: "1", b: ["2", "3"] },
  });
  assert.equal((await guest.post("/sum", "[1,2,3]")).text, `{"sum":6}`);
  const teapot = await guest.ask("/teapot");
  assert.deepEqual(JSON.parse(teapot.text), { status: 418, error: "short and stout" });
  assert.equal((await guest.ask("/none")).status, 404);
  assert.equal(
    (await guest.ask("/hello/x", { headers: [["origin", "https://example.com"]] })).header(
      "access-control-allow-origin",
    ),
    "https://example.com",
  );
});

functionTest("zod checks and transforms", application("zod-app.ts"), async (start) => {
  const guest = start();
  const order = {
    id: "123e4567-e89b-42d3-a456-426614174000",
    email: "a@b.example",
    at: "2024-01-02T03:04:05Z",
    items: [{ name: " x ", price: "3.5" }],
    kind: { type: "sale", code: "ABC1" },
  };
  const right = await guest.post("/", JSON.stringify(order));
  assert.deepEqual(JSON.parse(right.text), {
    ...order,
    at: 1704164645000,
    items: [{ name: "x", price: 3.5 }],
  });
  const wrong = await guest.post(
    "/",
    JSON.stringify({ ...order, email: "no", items: [], kind: { type: "other" } }),
  );
  assert.equal(wrong.status, 422);
  assert.deepEqual(Object.keys((JSON.parse(wrong.text) as { fieldErrors: object }).fieldErrors).sort(), [
    "email",
    "items",
    "kind",
  ]);
});

functionTest("marked renders Markdown", application("markdown-app.ts"), async (start) => {
  const { text } = await start().post(
    "/",
    '# Title\n\nSome *text* with `code` and [a link](http://x.example "t").\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n  1. nested\n\n```js\nlet a = "<";\n```\n',
  );
  for (const part of [
    "<h1>Title</h1>",
    "<em>text</em>",
    `<a href="http://x.example" title="t">a link</a>`,
    `<td align="right">2</td>`,
    `type="checkbox"`,
    "<ol>",
    `<code class="language-js">let a = &quot;&lt;&quot;;`,
  ])
    assert.ok(text.includes(part), `${part} is not in ${text}`);
});
