// http-load.test.ts: what the client is told and tells, and that it believes no server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { packageRoot } from "./context.js";
import { loadResult, targetLines } from "./http-load.js";
import { compileNative } from "./native-program.js";

const TARGETS = [
  { path: "/one", body: "1\n" },
  { path: "/two", body: "two\nlines\n" },
];

const answer: RequestListener = ({ url }, response) =>
  void response.end(TARGETS.find(({ path }) => path === url)?.body);

/** Runs the client against a server; returns what it printed and its status. */
async function ask(context: TestContext, onRequest: RequestListener, question: string) {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const program = await compileNative(join(packageRoot, "bench/native/http-load.c"), folder);
  const targets = join(folder, "targets");
  writeFileSync(targets, targetLines(TARGETS));
  const server = createServer(onRequest);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const child = spawn(program, [String((server.address() as AddressInfo).port), targets]);
  const said = { out: "", err: "" };
  child.stdout.on("data", (text) => {
    said.out += text;
  });
  child.stderr.on("data", (text) => {
    said.err += text;
  });
  child.stdin.end(question);
  const [status] = (await once(child, "close")) as [number];
  server.closeAllConnections();
  server.close();
  return { status, ...said };
}

test("targets are lines without ends of lines in them", () => {
  assert.equal(targetLines(TARGETS), "/one\t1\\n\n/two\ttwo\\nlines\\n\n");
});

test("a result has the rate of all and ms of each", () => {
  assert.deepEqual(loadResult([2_000_000, 500_000, 1_500_000]), { perSecond: 1000, latencies: [0.5, 1.5] });
});

test("each request is sent once, to the targets in turn, on connections kept and on new ones", async (context) => {
  const seen: string[] = [];
  const sockets = new Set<unknown>();
  const onRequest: RequestListener = (request, response) => {
    seen.push(request.url!);
    sockets.add(request.socket);
    answer(request, response);
  };
  const { status, out, err } = await ask(context, onRequest, "2 6 0 0\n0 4 100 0\n2 4 0 1\n");
  assert.equal(status, 0, err);
  assert.deepEqual(
    out
      .trim()
      .split("\n")
      .map((line) => line.split(" ").length),
    [7, 5, 5],
  );
  assert.equal(seen.filter((url) => url === "/one").length, 7);
  assert.equal(seen.length, 14);
  assert.equal(sockets.size, 8);
});

test("a body that comes in pieces is waited for", async (context) => {
  const onRequest: RequestListener = ({ url }, response) => {
    const { body } = TARGETS.find(({ path }) => path === url)!;
    response.writeHead(200, { "content-length": body.length });
    response.write(body.slice(0, 1));
    setTimeout(() => response.end(body.slice(1)), 5);
  };
  const { status, err } = await ask(context, onRequest, "1 4 0 0\n");
  assert.equal(status, 0, err);
});

test("another status, another body and another length end it with what came", async (context) => {
  const wrong: [RequestListener, RegExp][] = [
    [(_, response) => void response.writeHead(503).end("1\n"), /a status other than 200 to GET \/one /],
    [(_, response) => void response.end("2\n"), /another body than expected/],
    [(_, response) => void response.end("12\n"), /another content-length than expected/],
    [({ socket }) => void socket.end(), /the connection ended before the response/],
  ];
  for (const [onRequest, expected] of wrong) {
    const { status, err } = await ask(context, onRequest, "1 2 0 0\n");
    assert.equal(status, 1);
    assert.match(err, expected);
  }
});
