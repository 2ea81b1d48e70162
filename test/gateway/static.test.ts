// static.test.ts: files beside functions, as clients get them.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { ask, errorIn } from "./support/client.js";
import { gatewayTest, HELLO, type TestConfig } from "./support/gateway.js";
import { ask2 } from "./support/http2-client.js";
import { noTls, tlsFiles, withHttp2 } from "./support/tls.js";

const LARGE = 5_000_000;

async function files(): Promise<TestConfig> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-files-"));
  after(() => rm(folder, { recursive: true }));
  const directory = join(folder, "public");
  mkdirSync(join(directory, "docs"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(directory, "a b.css"), "body {}");
  writeFileSync(join(directory, "large.bin"), Buffer.alloc(LARGE, "0123456789"));
  writeFileSync(join(directory, "empty.txt"), "");
  writeFileSync(join(directory, "docs", "index.html"), "<p>ü");
  writeFileSync(join(directory, ".env"), "secret");
  symlinkSync("../secret.txt", join(directory, "link.txt"));
  return { routes: [HELLO, { path: "/assets/*", static: directory }] };
}

gatewayTest(
  "a file has its type, length, validators and bytes; HEAD all but the bytes",
  files,
  async (test) => {
    const got = await ask(`${test.url}/assets/a%20b.css?v=1`);
    const { date, etag, "last-modified": modified, "x-request-id": id, connection, ...rest } = got.headers;
    assert.deepEqual(rest, {
      "content-type": "text/css; charset=utf-8",
      "content-length": "7",
      "accept-ranges": "bytes",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    });
    assert.match(etag!, /^"[0-9a-f]+-[0-9a-f]+"$/);
    assert.ok(Date.parse(modified!) <= Date.parse(date!));
    assert.equal(got.body.toString(), "body {}");
    const head = await ask(`${test.url}/assets/a%20b.css`, { method: "HEAD" });
    assert.deepEqual([head.headers.etag, head.headers["content-length"], head.body.length], [etag, "7", 0]);
    await test.over(2);
    assert.equal(test.records[0]?.id, id);
    assert.equal(test.records[0]?.vm, undefined);
  },
);

gatewayTest(
  "a client that has a file already is told so, and one may ask for a part",
  files,
  async ({ url }) => {
    const { headers } = await ask(`${url}/assets/large.bin`, { method: "HEAD" });
    const cached = await ask(`${url}/assets/large.bin`, { headers: { "if-none-match": headers.etag! } });
    assert.deepEqual([cached.status, cached.body.length, cached.headers.etag], [304, 0, headers.etag]);
    const stale = await ask(`${url}/assets/large.bin`, { headers: { "if-match": '"other"' } });
    assert.equal(stale.status, 412);
    const part = await ask(`${url}/assets/large.bin`, { headers: { range: "bytes=-12" } });
    assert.deepEqual([part.status, part.body.toString()], [206, "890123456789"]);
    assert.equal(part.headers["content-range"], `bytes ${LARGE - 12}-${LARGE - 1}/${LARGE}`);
    const beyond = await ask(`${url}/assets/large.bin`, { headers: { range: `bytes=${LARGE}-` } });
    assert.deepEqual([beyond.status, beyond.headers["content-range"]], [416, `bytes */${LARGE}`]);
    const whole = await ask(`${url}/assets/large.bin`);
    assert.deepEqual([whole.body.length, whole.isWhole], [LARGE, true]);
    assert.equal((await ask(`${url}/assets/empty.txt`)).headers["content-length"], "0");
  },
);

gatewayTest("a folder is its index.html, at a path that ends in a slash", files, async ({ url }) => {
  const page = await ask(`${url}/assets/docs/`);
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(page.body.toString(), "<p>ü");
  const moved = await ask(`${url}/assets/docs?a=b`);
  assert.deepEqual([moved.status, moved.headers.location], [308, "/assets/docs/?a=b"]);
  const file = await ask(`${url}/assets/docs/index.html/`);
  assert.deepEqual([file.status, file.headers.location], [308, "/assets/docs/index.html"]);
});

gatewayTest(
  "what is hidden, outside or not there is 404; what only a function takes is 405",
  files,
  async ({ url }) => {
    const paths = ["", "/", "/none", "/.env", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"];
    for (const path of [...paths, "/link.txt", "/docs/%00", "/docs//index.html"]) {
      // Not by a URL, which would resolve the dots.
      const answer = await ask(url, { path: `/assets${path}` });
      assert.deepEqual([answer.status, errorIn(answer).code], [404, "not-found"], path);
    }
    const post = await ask(`${url}/assets/empty.txt`, { method: "POST" }, "x");
    assert.deepEqual([post.status, post.headers.allow], [405, "GET, HEAD, OPTIONS"]);
    const options = await ask(`${url}/assets/empty.txt`, { method: "OPTIONS" });
    assert.deepEqual([options.status, options.headers.allow], [204, "GET, HEAD, OPTIONS"]);
  },
);

if (noTls === false)
  gatewayTest(
    "HTTP/2 gets files, too",
    async () => ({ ...(await files()), tls: tlsFiles() }),
    async ({ url }) => {
      await withHttp2(url, async (session) => {
        const whole = await ask2(session, { ":path": "/assets/large.bin" });
        assert.deepEqual([whole.headers[":status"], whole.body.length, whole.code], [200, LARGE, 0]);
        const head = await ask2(session, { ":method": "HEAD", ":path": "/assets/large.bin" });
        assert.deepEqual([head.headers["content-length"], head.body.length], [String(LARGE), 0]);
        const cached = await ask2(session, { ":path": "/assets/large.bin", "if-none-match": "*" });
        assert.equal(cached.headers[":status"], 304);
      });
    },
  );
