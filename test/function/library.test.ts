// library.test.ts: functions by the library: web-standard requests in, responses out, fresh state each time, failures by their codes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Bill,
  Function as FetchFunction,
  FunctionError,
  type FunctionOptions,
} from "../../src/index.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

const HANDLER = `
let calls = 0;
const paths: Record<string, (request: Request) => unknown> = {
  "/hello": async (request) => Response.json({ hello: (await request.json()).name }),
  "/count": () => new Response(String(++calls)),
  "/echo": async (request) =>
    new Response(await request.text(), { status: 201, headers: { "x-method": request.method, "x-url": request.url } }),
  "/empty": () => new Response(null, { status: 204 }),
  "/cookies": () => new Response("", { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] }),
  "/throw": () => { throw new TypeError("no such thing"); },
  "/nothing": () => "a string",
  "/never": () => new Promise(() => {}),
  "/loop": () => { for (;;); },
  "/memory": () => { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1)); },
  "/endless": () => new Response(ticks(() => new Promise((tick) => setTimeout(tick, 5)))),
  "/spin": () => new Response(ticks(() => { for (;;); })),
  "/break": () => new Response(ticks(() => Promise.reject(new Error("no more")))),
  "/stuck": () => new Response(ticks(() => new Promise(() => {}))),
  "/long": () => new Response(new Uint8Array(100_001)),
  "/random": () => new Response(\`\${Math.random()} \${crypto.randomUUID()}\`),
  "/say": () => { console.log("said"); return new Response("x"); },
};
/** A first piece at once, and further ones after what is waited for. */
function ticks(wait: () => Promise<unknown>): ReadableStream {
  const piece = new TextEncoder().encode("tick");
  return new ReadableStream({
    start: (controller) => controller.enqueue(piece),
    async pull(controller) { await wait(); controller.enqueue(piece); },
  });
}
export default {
  fetch: (request: Request) => paths[new RegExp("//[^/]*(/\\\\w*)").exec(request.url)![1]!]!(request),
};
`;

function libraryTest(
  name: string,
  body: (load: (options?: FunctionOptions) => Promise<FetchFunction>, context: TestContext) => Promise<void>,
  handler = HANDLER,
): void {
  for (const machine of machines) {
    test(`${machine.kind}: ${name}`, {
      skip: whyNoRuntime || machine.skip,
      timeout: 60_000,
    }, async (context) => {
      const folder = await project(context, { "handler.ts": handler });
      const load = async (options: FunctionOptions = {}): Promise<FetchFunction> => {
        const fn = await FetchFunction.load(join(folder, "handler.ts"), {
          machine: machine.kind,
          verifyReset: true,
          ...options,
        });
        context.after(() => fn.close());
        return fn;
      };
      await body(load, context);
    });
  }
}

const at = (path: string): string => `http://function.test${path}`;
const textOf = async (response: Promise<Response>): Promise<string> => (await response).text();

libraryTest("a handler answers a Request with a Response", async (load) => {
  const fn = await load();
  const request = new Request(at("/hello"), { method: "POST", body: JSON.stringify({ name: "Ephemera" }) });
  const response = await fn.fetch(request);
  assert.ok(response instanceof Response);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.deepEqual(await response.json(), { hello: "Ephemera" });

  const echo = await fn.fetch(at("/echo?a=1#part"), { method: "PUT", body: "zwölf" });
  assert.equal(echo.status, 201);
  assert.equal(echo.headers.get("x-method"), "PUT");
  assert.equal(echo.headers.get("x-url"), at("/echo?a=1"));
  assert.equal(await echo.clone().text(), "zwölf");
  assert.equal((await echo.arrayBuffer()).byteLength, 6);
  await assert.rejects(echo.text(), TypeError);

  const empty = await fn.fetch(at("/empty"));
  assert.deepEqual([empty.status, empty.body], [204, null]);
  const { headers } = await fn.fetch(at("/cookies"));
  assert.deepEqual(headers.getSetCookie(), ["a=1", "b=2"]);
});

libraryTest("a response's body can be read in every form", async (load) => {
  const fn = await load();
  const ask = (): Promise<Response> => fn.fetch(at("/echo"), { method: "POST", body: "a=1&b=2" });
  assert.equal(await (await (await ask()).blob()).text(), "a=1&b=2");
  const pieces: Uint8Array[] = [];
  for await (const piece of (await ask()).body!) pieces.push(piece);
  assert.equal(Buffer.concat(pieces).toString(), "a=1&b=2");
  const response = await ask();
  assert.equal(response.bodyUsed, false);
  await response.text();
  assert.equal(response.bodyUsed, true);
  assert.throws(() => response.clone(), TypeError);
});

libraryTest("every call finds the state that no other has used", async (load) => {
  const fn = await load();
  for (let call = 0; call < 20; call++) assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  const many = await Promise.all(Array.from({ length: 20 }, () => textOf(fn.fetch(at("/count")))));
  assert.deepEqual(new Set(many), new Set(["1"]));
});

libraryTest("no two calls draw the same random numbers, in one VM or in several", async (load) => {
  const fn = await load();
  const drawn = await Promise.all(Array.from({ length: 50 }, () => textOf(fn.fetch(at("/random")))));
  for (let call = 0; call < 50; call++) drawn.push(await textOf(fn.fetch(at("/random"))));
  assert.equal(new Set(drawn.flatMap((text) => text.split(" "))).size, 200);
});

libraryTest(
  "calls at the same time run in VMs of their own, up to a bound, and few stay warm",
  async (load) => {
    const fn = await load({ maxVms: 3, keepWarm: 2, idleMs: 20 });
    assert.equal(fn.vms, 0);
    const names = Array.from({ length: 30 }, (_, at) => `caller ${at}`);
    const answers = await Promise.all(
      names.map((name) => textOf(fn.fetch(at("/echo"), { method: "POST", body: name }))),
    );
    assert.deepEqual(answers, names);
    while (fn.vms > 2) await delay(5);
    await delay(40);
    assert.equal(fn.vms, 2);
  },
);

const FAILURES: readonly (readonly [path: string, code: string, message: RegExp])[] = [
  ["/throw", "FUNCTION_THREW", /threw TypeError: no such thing/],
  ["/nothing", "FUNCTION_NO_RESPONSE", /returned a string, expected a Response/],
  ["/never", "FUNCTION_NEVER_SETTLED", /never settle/],
  ["/loop", "FUNCTION_CPU_LIMIT", /CPU time of 50 ms/],
  ["/long", "FUNCTION_BODY_LIMIT", /got 100001 bytes or more, expected at most 100000/],
];

libraryTest("what a function does wrong has a code, and the next call is served", async (load) => {
  const fn = await load({ limits: { bodyBytes: 100_000 } });
  for (const [path, code, message] of FAILURES) {
    await assert.rejects(fn.fetch(at(path)), (error) => {
      assert.ok(error instanceof FunctionError, path);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
    assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  }
  await assert.rejects(fn.fetch(at("/echo"), { method: "POST", body: "x".repeat(100_001) }), {
    code: "FUNCTION_BODY_LIMIT",
    name: "FunctionError",
  });
});

libraryTest("a function that needs more memory than it has fails with a code of its own", async (load) => {
  // Touching fresh memory is slow on some KVMs.
  const fn = await load({ limits: { memoryMiB: 16, cpuTimeMs: 5000 } });
  await assert.rejects(fn.fetch(at("/memory")), { code: "FUNCTION_OUT_OF_MEMORY" });
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
});

libraryTest("a call that nobody wants any more ends", async (load) => {
  const fn = await load({ limits: { cpuTimeMs: 10_000 } });
  const aborted = new AbortController();
  const call = fn.fetch(at("/loop"), { signal: aborted.signal });
  setImmediate(() => aborted.abort());
  await assert.rejects(call, { name: "AbortError" });
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  await assert.rejects(fn.fetch(at("/count"), { signal: AbortSignal.abort() }), { name: "AbortError" });
});

libraryTest("a response that breaks off fails with the code of what happened", async (load) => {
  const fn = await load();
  const hasty = await load({ limits: { wallTimeMs: 1000, cpuTimeMs: 10_000 } });
  for (const [callee, path, code] of [
    [hasty, "/endless", "FUNCTION_WALL_LIMIT"],
    [fn, "/spin", "FUNCTION_CPU_LIMIT"],
    [fn, "/break", "FUNCTION_THREW"],
    [fn, "/stuck", "FUNCTION_NEVER_SETTLED"],
  ] as const) {
    const response = await callee.fetch(at(path));
    assert.equal(response.status, 200);
    await assert.rejects(
      response.text(),
      (error) => error instanceof FunctionError && error.code === code,
      path,
    );
    assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  }
});

libraryTest("an abort in the middle of a response is what its reader gets", async (load) => {
  const fn = await load();
  const aborted = new AbortController();
  const response = await fn.fetch(at("/endless"), { signal: aborted.signal });
  setTimeout(() => aborted.abort(new RangeError("enough")), 20);
  await assert.rejects(response.text(), { name: "RangeError", message: "enough" });
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
});

libraryTest("a response to HEAD has no body, whatever the handler gave it", async (load) => {
  const fn = await load();
  for (const path of ["/echo", "/long", "/endless"]) {
    const response = await fn.fetch(at(path), { method: "HEAD" });
    assert.equal(response.body, null);
    assert.equal(await response.text(), "");
  }
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
});

libraryTest("a bill tells what a call cost", async (load) => {
  const fn = await load({ verifyReset: false });
  const bills: Bill[] = [];
  const lines: string[] = [];
  const options = {
    onBill: (bill: Bill) => bills.push(bill),
    console: (bytes: Uint8Array) => void lines.push(Buffer.from(bytes).toString()),
  };
  await fn.fetch(at("/say"), options);
  await fn.fetch(at("/echo"), { ...options, method: "POST", body: "12345" });
  await new Promise(setImmediate);
  assert.equal(bills.length, 2);
  const [first, second] = bills as [Bill, Bill];
  // A busy host interrupts, too.
  assert.deepEqual({ ...first.exits, interruption: 0 }, { puts: 1, exchange: 1, interruption: 0 });
  assert.deepEqual([second.bytesIn, second.bytesOut], [5, 5]);
  assert.ok(first.wallMs.start > 0 && second.wallMs.start === 0);
  assert.ok(first.cpuMs > 0 && first.wallMs.run > 0 && first.wallMs.reset > 0);
  assert.ok(first.memoryBytes > 100_000 && first.memoryBytes < 32 << 20);
  assert.deepEqual(lines, ["said\n"]);
});

libraryTest("a closed function answers nothing", async (load) => {
  const fn = await load({ maxVms: 1 });
  const running = fn.fetch(at("/never"));
  const waiting = fn.fetch(at("/count"));
  const ended = Promise.allSettled([running, waiting]);
  await fn.close();
  const outcomes = await ended;
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await assert.rejects(fn.fetch(at("/count")), { code: "FUNCTION_CLOSED" });
});

libraryTest(
  "a start may take longer than a call",
  async (load) => {
    const fn = await load({ limits: { wallTimeMs: 30 } });
    await assert.rejects(fn.fetch(at("/")), { code: "FUNCTION_WALL_LIMIT" });
  },
  `const until = Date.now() + 100; while (Date.now() < until);
   export default { fetch: () => new Promise((done) => setTimeout(done, 60_000)) };`,
);
