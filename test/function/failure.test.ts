// failure.test.ts: what a handler can do wrong: each has its own answer or its own end, and none takes the monitor with it.
import assert from "node:assert/strict";
import { functionTest } from "./support.js";

interface Told {
  error: { kind: string; name: string; message: string; stack: string };
}

functionTest(
  "what a handler throws is a 500 that names it, and the next request is served",
  `class Mishap extends Error { name = "Mishap"; }
  function deep(): never { throw new Mishap("no \\"luck\\" \\u00fc"); }
  export default {
    async fetch(request: Request) {
      if (request.url.endsWith("/sync")) deep();
      await null;
      if (request.url.endsWith("/async")) deep();
      if (request.url.endsWith("/string")) throw "a string";
      if (request.url.endsWith("/nothing")) throw undefined;
      return new Response("well");
    },
  };`,
  async (start) => {
    const guest = start();
    for (const target of ["/sync", "/async"]) {
      const answer = await guest.ask(target);
      assert.equal(answer.status, 500);
      assert.equal(answer.header("mayfly-failure"), "exception");
      const { error } = JSON.parse(answer.text) as Told;
      assert.equal(error.name, "Mishap");
      assert.equal(error.message, 'no "luck" \u00fc');
      assert.match(error.stack, /at deep \(handler\.bundle\.js:\d+:\d+\)/);
      assert.match(guest.console, /Mishap: no "luck" \u00fc\n[\s\S]* at deep \(/);
    }
    assert.match((await guest.ask("/string")).text, /"message":"a string"/);
    assert.match((await guest.ask("/nothing")).text, /"message":"undefined"/);
    assert.equal((await guest.ask("/")).text, "well");
  },
);

functionTest(
  "what cannot even be read, and what pretends to be the runtime's, is no way around the answer",
  `const trap = (): never => { throw new Error("again"); };
  export default {
    fetch(request: Request) {
      const name = request.url.split("/").pop();
      if (name === "proxy") throw new Proxy({}, { get: trap, getPrototypeOf: trap });
      if (name === "error") throw Object.defineProperty(new Error(), "message", { get: trap });
      if (name === "returned") return new Proxy({}, { get: (_, key) => (key === "then" ? undefined : trap()) }) as never;
      if (name === "detached") {
        const view = new Uint8Array(8);
        view.buffer.transfer();
        crypto.getRandomValues(view);
        new TextDecoder().decode(view.buffer);
      }
      return new Response("own", { headers: { "Mayfly-Failure": "exception", "x-own": "mayfly-" } });
    },
  };`,
  async (start) => {
    const guest = start();
    for (const target of ["/proxy", "/error", "/detached"])
      assert.equal((await guest.ask(target)).header("mayfly-failure"), "exception", target);
    assert.equal((await guest.ask("/returned")).header("mayfly-failure"), "not-a-response");
    const own = await guest.ask("/");
    assert.equal(own.text, "own");
    assert.equal(own.header("mayfly-failure"), undefined);
    assert.equal(own.header("x-own"), "mayfly-");
  },
);

for (const [what, returned] of [
  ["nothing", ""],
  ["a string", `return "text" as never;`],
  ["an object that looks like one", "return { status: 200, headers: new Headers(), body: null } as never;"],
] as const)
  functionTest(
    `a handler that returns ${what} instead of a Response is told so`,
    `export default { async fetch(): Promise<Response> { ${returned} } };`,
    async (start) => {
      const answer = await start().ask("/");
      assert.equal(answer.status, 500);
      assert.equal(answer.header("mayfly-failure"), "not-a-response");
      assert.match(answer.text, /expected a Response/);
    },
  );

functionTest(
  "a response that HTTP does not allow is an exception of the handler's",
  `export default {
    fetch(request: Request) {
      const name = request.url.split("/").pop();
      if (name === "value") return new Response("", { headers: { a: "b\\r\\nc: d" } });
      if (name === "name") return new Response("", { headers: { "a b": "c" } });
      if (name === "wide") return new Response("", { headers: { a: "\\u0100" } });
      if (name === "status") return new Response("", { status: 99 });
      return new Response("", { headers: { a: "x".repeat(70000) } });
    },
  };`,
  async (start) => {
    const guest = start();
    for (const target of ["/value", "/name", "/wide", "/status", "/head"])
      assert.equal((await guest.ask(target)).header("mayfly-failure"), "exception", target);
  },
);

functionTest(
  "a handler that never settles is noticed at once, and the next request is served",
  `let stuck = true;
  export default { fetch() { if (!stuck) return new Response("well"); stuck = false; return new Promise(() => {}); } };`,
  async (start) => {
    const guest = start();
    const answer = await guest.ask("/");
    assert.equal(answer.status, 500);
    assert.equal(answer.header("mayfly-failure"), "never-settled");
    assert.equal((await guest.ask("/")).text, "well");
  },
);

for (const [what, code] of [
  ["an endless loop", "for (;;);"],
  ["an endless row of promises", "const again = () => void Promise.resolve().then(again); again();"],
  ["a regular expression that never ends", `/^(a+)+$/.test("a".repeat(100) + "b");`],
] as const)
  functionTest(
    `${what} ends with the CPU limit`,
    `export default { fetch() { ${code} return new Response("done"); } };`,
    async (start) => {
      const guest = start({ cpuTimeMs: 200 });
      await assert.rejects(guest.ask("/"), { code: "VM_ENDED" });
      assert.equal(guest.vm.end?.reason, "cpu-time-limit");
    },
  );

for (const [what, code] of [
  ["an array that grows for ever", "const all = []; for (;;) all.push({});"],
  ["a string that doubles for ever", `let text = "x"; for (;;) { text += text; JSON.stringify(text); }`],
  ["buffers", "const all = []; for (;;) all.push(new Uint8Array(1 << 16).fill(1));"],
  ["promises", "const all: unknown[] = []; for (;;) all.push(Promise.resolve().then(() => all));"],
] as const)
  functionTest(
    `${what} runs out of memory, and that is a 500`,
    `export default { fetch(request: Request) { if (request.url.endsWith("/well")) return new Response("well"); ${code} } };`,
    async (start) => {
      const guest = start({ cpuTimeMs: 10_000 });
      const answer = await guest.ask("/");
      assert.equal(answer.status, 500);
      assert.match(answer.header("mayfly-failure") ?? "", /^(out-of-memory|exception)$/);
      assert.match(answer.text, /out of memory|more memory|too (?:long|large)/);
      assert.equal((await guest.ask("/well")).text, "well");
    },
  );

functionTest(
  "a body larger than memory is refused",
  `export default { async fetch(request: Request) { return new Response(String((await request.text()).length)); } };`,
  async (start) => {
    const answer = await start({ memoryMiB: 16 }).post("/", Buffer.alloc(20 << 20, 97));
    assert.equal(answer.status, 500);
    assert.match(answer.text, /out of memory|more memory/);
  },
);

for (const [what, source, said] of [
  [
    "throws while it starts",
    `throw new TypeError("not today");`,
    /^the application did not start: its module threw TypeError: not today\n {4}at /,
  ],
  ["waits for ever while it starts", "await new Promise(() => {});", /its module awaits what never comes/],
  ["exports no handler", "", /did not start: its default export is .*whose fetch is 1/],
] as const)
  functionTest(
    `a module that ${what} ends its VM with a word`,
    `${source} export default { fetch: 1 };`,
    async (start) => {
      const guest = start();
      await assert.rejects(guest.ask("/"), { code: "VM_ENDED", message: /status 1/ });
      assert.match(guest.console, said);
    },
  );

functionTest(
  "a library in C++ that gets no memory ends in a 500 that says so, and the engine is not entered again",
  `export default {
    fetch(request: Request) {
      const urls: unknown[] = [];
      const long = "a".repeat(1 << 20);
      while (request.url.endsWith("/hoard")) urls.push(new URL("http://example.org/" + long));
      return new Response("well");
    },
  };`,
  async (start) => {
    const guest = start();
    assert.equal((await guest.ask("/")).text, "well");
    for (const target of ["/hoard", "/"]) {
      const answer = await guest.ask(target);
      assert.equal(answer.status, 500);
      assert.equal(answer.header("mayfly-failure"), "out-of-memory");
    }
  },
);
