// functions.test.ts: routes that are functions: fresh state, failures by their codes, requests to the outside.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { humanLines } from "../../src/gateway/human-log.js";
import { requestFields } from "../../src/gateway/json-log.js";
import { Failures } from "../../src/gateway/observation/failures.js";
import { fencedPrograms } from "../docs/fenced-programs.js";
import { project, whyNoRuntime } from "../function/support.js";
import { root } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";
import { type TestConfig, TestGateway } from "./support/gateway.js";

/** As docs/functions.md shows it. */
const TRACE_OF = fencedPrograms(readFileSync(join(root, "docs", "functions.md"), "utf8")).find(({ source }) =>
  source.startsWith("const traceOf"),
)!.source;

const HANDLER = `
${TRACE_OF}
let calls = 0;
export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/throw") throw new TypeError("no such thing", { cause: new Error("why") });
    if (pathname === "/body") return new Response(new ReadableStream({ async pull(controller) {
      controller.enqueue(new Uint8Array(3));
      await new Promise((done) => setTimeout(done, 20));
      throw new TypeError("in the body");
    } }));
    if (pathname === "/out") return fetch(searchParams.get("url")!);
    if (pathname === "/traced") return fetch(searchParams.get("url")!, { headers: traceOf(request) });
    if (pathname === "/wait") await new Promise((done) => setTimeout(done, 20));
    return new Response(String(++calls));
  },
};
`;

function functionsTest(
  name: string,
  config: (handler: string) => TestConfig,
  body: (gateway: TestGateway) => Promise<void>,
): void {
  for (const machine of machines)
    test(`${machine.kind}: ${name}`, {
      skip: whyNoRuntime || machine.skip,
      timeout: 60_000,
    }, async (context) => {
      const folder = await project(context, { "handler.ts": HANDLER });
      await using monitor = machine.open();
      const gateway = await TestGateway.start(monitor, config(join(folder, "handler.ts")));
      try {
        await body(gateway);
      } finally {
        await gateway.gateway.close();
      }
    });
}

const route = (handler: string, more: object = {}): TestConfig => ({
  routes: [{ path: "/*", function: handler, ...more }],
});

functionsTest("every request finds fresh state, also many at once", route, async ({ url }) => {
  const ask = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();
  for (let request = 0; request < 5; request++) assert.equal(await ask("/"), "1");
  const many = await Promise.all(Array.from({ length: 40 }, () => ask("/wait")));
  assert.deepEqual(new Set(many), new Set(["1"]));
});

functionsTest(
  "a failure is told to the client by its code alone, to the log with its stack",
  route,
  async (gateway) => {
    const response = await fetch(`${gateway.url}/throw`);
    assert.equal(response.status, 500);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    assert.deepEqual(
      [error.code, error.reason, error.message],
      ["function-failed", "FUNCTION_THREW", "the function failed"],
    );
    const { failure } = await gateway.record(({ path }) => path === "/throw");
    assert.match(String((failure?.cause as Error | undefined)?.message), /threw TypeError: no such thing/);
    const cause = /caused by Error: why\n\s+at fetch \(.*handler\.ts:/;
    const record = await gateway.record(({ path }) => path === "/throw");
    assert.match(humanLines(record).join("\n"), cause);
    assert.match(String(requestFields(record).stack), cause);
    const shown = new Failures();
    shown.add("handler", record);
    assert.match(shown.last[0]!.report, cause);
  },
);

functionsTest(
  "a body that fails breaks its response off, and is told to the log as what the handler threw",
  route,
  async (gateway) => {
    const response = await fetch(`${gateway.url}/body`);
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
    const record = await gateway.record(({ path }) => path === "/body");
    assert.deepEqual(
      [record.status, record.failure?.code, record.failure?.reason, record.failure?.message],
      [200, "function-failed", "FUNCTION_THREW", "the function failed"],
    );
    const { error, stack } = requestFields(record);
    assert.match(JSON.stringify(error), /threw TypeError: in the body/);
    assert.match(String(stack), /at pull \(.*handler\.ts:/);
    const shown = new Failures();
    shown.add("handler", record);
    assert.deepEqual([shown.last[0]?.status, shown.last[0]?.what], [200, "FUNCTION_THREW"]);
  },
);

const TRACE = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "a=1",
  baggage: "tier=free",
};
/** What the last request to the outside said of a trace. */
let traced: Record<string, unknown> = {};

const other = createServer(({ headers }, response) => {
  traced = Object.fromEntries(Object.entries(headers).filter(([name]) => Object.hasOwn(TRACE, name)));
  response.end("from outside");
});
other.listen(0, "127.0.0.1").unref();
await once(other, "listening");
const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

functionsTest(
  "a function reaches the origins of its configuration, and no others",
  (handler) => ({
    functions: { out: { file: handler, outbound: { origins: [origin] } } },
    routes: [{ path: "/*", function: "out" }],
  }),
  async ({ url }) => {
    const ask = (target: string) => fetch(`${url}/out?url=${encodeURIComponent(target)}`);
    assert.equal(await (await ask(`${origin}/x`)).text(), "from outside");
    assert.equal((await ask("http://127.0.0.1:9/")).status, 500);
  },
);

functionsTest(
  "a trace goes on to the outside where the handler passes it on, and only there",
  (handler) => ({
    functions: { out: { file: handler, outbound: { origins: [origin] } } },
    routes: [{ path: "/*", function: "out" }],
  }),
  async ({ url }) => {
    const ask = async (path: string, headers = {}): Promise<void> => {
      const response = await fetch(`${url}${path}?url=${encodeURIComponent(origin)}`, { headers });
      assert.equal(await response.text(), "from outside");
    };
    await ask("/traced", TRACE);
    assert.deepEqual(traced, TRACE);
    await ask("/traced");
    assert.deepEqual(traced, {});
    await ask("/out", TRACE);
    assert.deepEqual(traced, {});
  },
);

functionsTest("without a word about it a function reaches nothing", route, async ({ url }) => {
  assert.equal((await fetch(`${url}/out?url=${encodeURIComponent(origin)}`)).status, 500);
});

test("a function that cannot be built keeps the gateway from starting, with its line and the mend", {
  skip: whyNoRuntime || machines.every(({ skip }) => skip),
}, async (context) => {
  const folder = await project(context, {
    "handler.ts": 'import "node:fs";\nexport default { fetch: () => new Response() };',
  });
  await using monitor = machines.find(({ skip }) => !skip)!.open();
  await assert.rejects(TestGateway.start(monitor, route(join(folder, "handler.ts"))), (error: Error) => {
    assert.match(
      error.message,
      /^test: functions\.handler: building .*handler\.ts:1:8: node:fs is built into Node\.js/,
    );
    assert.match(error.message, /\n {6}1 \| import "node:fs";\n {8}\| {8}\^+\n {4}→ Use the web's API/);
    return true;
  });
});
