// thrown.test.ts: what a handler throws is told with what caused it, in words that a person understands, and within bounds.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Function as FetchFunction, FunctionError } from "../../src/index.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

/** What it came to, and what the console said. */
type Fail = (path: string) => Promise<FunctionError & { readonly said: string }>;

function thrownTest(name: string, paths: Record<string, string>, body: (fail: Fail) => Promise<void>): void {
  const cases = Object.entries(paths).map(([path, code]) => `    case ${JSON.stringify(path)}: { ${code} }`);
  const handler = `export default { async fetch(request) {
  switch (new URL(request.url).pathname) {
${cases.join("\n")}
  }
} };`;
  for (const machine of machines)
    test(`${machine.kind}: ${name}`, {
      skip: whyNoRuntime || machine.skip,
      timeout: 60_000,
    }, async (context: TestContext) => {
      const folder = await project(context, { "handler.js": handler });
      await using fn = await FetchFunction.load(join(folder, "handler.js"), {
        machine: machine.kind,
        limits: { cpuTimeMs: 5000 },
      });
      await body(async (path) => {
        let said = "";
        const console = (bytes: Uint8Array): void => {
          said += Buffer.from(bytes).toString();
        };
        const call = fn.fetch(`http://x${path}`, { console }).then((response) => response.text());
        const error = await call.then(
          () => assert.fail("it answered"),
          (cause: unknown) => cause,
        );
        assert.ok(error instanceof FunctionError, String(error));
        return Object.assign(error, { said });
      });
    });
}

thrownTest(
  "an error is told with its causes and the errors that it stands for, in the user's places",
  {
    "/cause": `throw new Error("outer", { cause: new TypeError("inner", { cause: { code: 4 } }) });`,
    "/several": `throw new AggregateError([new RangeError("one"), "two"], "both");`,
  },
  async (fail) => {
    const outer = await fail("/cause");
    assert.equal(outer.message, "the function threw Error: outer");
    const inner = outer.thrown?.cause;
    assert.deepEqual([inner?.name, inner?.message], ["TypeError", "inner"]);
    assert.match(inner!.stack, /^ {4}at fetch \(.*handler\.js:3:\d+\)$/);
    assert.deepEqual(inner!.cause, { name: "object", message: "{ code: 4 }", stack: "" });
    const chain =
      /^ {4}at fetch \(.*handler\.js:3:\d+\)\ncaused by TypeError: inner\n {4}at fetch \(.*\)\ncaused by \{ code: 4 \}$/;
    assert.match(outer.details!, chain);
    assert.match(outer.said, /^Error: outer\n {4}at fetch .*\ncaused by TypeError: inner\n {4}at fetch .*\n/);
    const several = await fail("/several");
    assert.deepEqual(
      several.thrown?.errors?.map(({ name, message }) => `${name} ${message}`),
      ["RangeError one", "string two"],
    );
    assert.match(
      several.details!,
      /\none of its errors: RangeError: one\n {6}at fetch \(.*handler\.js:4:\d+\)\none of its errors: "two"$/,
    );
  },
);

thrownTest(
  "what is no error is told by its contents",
  {
    "/object": "throw { code: 4, deep: { list: [1, 2] } };",
    "/string": `throw "x";`,
    "/null": "throw null;",
    "/undefined": "throw undefined;",
    "/number": "throw 42;",
    "/symbol": `throw Symbol("x");`,
    "/function": "throw function called() {};",
    "/nameless": "return new (class { static name = ''; })();",
    "/null-prototype": "return Object.create(null);",
  },
  async (fail) => {
    for (const [path, message, said] of [
      ["/object", "the function threw { code: 4, deep: { list: [ 1, 2 ] } }", "thrown: { code: 4, "],
      ["/string", 'the function threw "x"', 'thrown: "x"'],
      ["/null", "the function threw null", "thrown: null"],
      ["/undefined", "the function threw undefined", "thrown: undefined"],
      ["/number", "the function threw 42", "thrown: 42"],
      ["/symbol", "the function threw Symbol(x)", "thrown: Symbol(x)"],
      ["/function", "the function threw [Function: called]", "thrown: [Function: called]"],
      [
        "/nameless",
        "the function gave no response: the handler returned an object of a class without a name, expected a Response",
        "TypeError: ",
      ],
      [
        "/null-prototype",
        "the function gave no response: the handler returned an object without a class, expected a Response",
        "TypeError: ",
      ],
    ] as const) {
      const error = await fail(path);
      assert.equal(error.message, message);
      assert.ok(error.said.startsWith(said), error.said);
    }
    const { thrown, details } = await fail("/string");
    assert.deepEqual([thrown, details], [{ name: "string", message: "x", stack: "" }, undefined]);
  },
);

thrownTest(
  "what would be endless is cut, and what throws when it is read is left out",
  {
    "/long": `throw new Error("\\0".repeat(1e6), { cause: new Error("\\u20ac".repeat(1e6)) });`,
    "/wide":
      "throw Object.fromEntries(Array.from({ length: 1e4 }, (_, at) => ['field' + at, 'x'.repeat(100)]));",
    "/circle": `const error = new Error("round"); error.cause = error; throw error;`,
    "/deep":
      "let error; for (let depth = 0; depth < 1000; depth++) error = new Error(String(depth), { cause: error }); throw error;",
    "/many": `throw new AggregateError(Array.from({ length: 1000 }, (_, at) => new Error(String(at))), "many");`,
    "/trap": `throw Object.defineProperty(new Error("kept"), "cause", { get() { throw 1; } });`,
    "/proxy":
      "throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 1; }, ownKeys() { throw 1; } });",
    "/growing": `class Growing extends Error { get cause() { return new Growing("more"); } } throw new Growing("more");`,
  },
  async (fail) => {
    const long = await fail("/long");
    assert.equal(long.code, "FUNCTION_THREW");
    assert.ok(long.message.startsWith("the function threw Error: \0\0\0"));
    for (const path of ["/wide", "/deep", "/many", "/growing", "/long"]) {
      const { code, thrown } = await fail(path);
      assert.equal(code, "FUNCTION_THREW", path);
      assert.ok(JSON.stringify(thrown).length < 130_000, path);
    }
    const round = await fail("/circle");
    assert.deepEqual([round.message, round.thrown?.cause], ["the function threw Error: round", undefined]);
    assert.equal((await fail("/trap")).message, "the function threw Error: kept");
    assert.equal((await fail("/proxy")).message, "the function threw [an object that cannot be read]");
  },
);

thrownTest(
  "a response's body that fails behind its head is told as the handler's failure",
  {
    "/body": `class MyErr extends Error { name = "MyErr"; }
      return new Response(new ReadableStream({
        start(controller) { controller.enqueue(new Uint8Array(3)); },
        async pull() { await null; throw new MyErr("in body", { cause: 7 }); },
      }));`,
    "/piece": "return new Response(new ReadableStream({ start(controller) { controller.enqueue(7); } }));",
    "/never": `return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));`,
    "/memory": `const hoard = [];
      return new Response(new ReadableStream({ pull() { for (;;) hoard.push(new Uint8Array(1 << 20).fill(1)); } }));`,
  },
  async (fail) => {
    const { code, message, thrown, details, end, said } = await fail("/body");
    assert.deepEqual([code, message], ["FUNCTION_THREW", "the function threw MyErr: in body"]);
    assert.deepEqual([thrown?.name, thrown?.cause?.message], ["MyErr", "7"]);
    assert.match(details!, /^ {4}at MyErr .*\n {4}at pull \(.*handler\.js:6:\d+\)\n(?:.*\n)*caused by 7$/);
    assert.match(said, /^error: the response's body failed: MyErr: in body\n/);
    assert.equal(end?.reason, "response-abandoned");
    assert.match(
      (await fail("/piece")).message,
      /threw TypeError: a body's stream: got a piece of type number/,
    );
    const never = await fail("/never");
    assert.equal(never.code, "FUNCTION_NEVER_SETTLED");
    assert.equal(
      never.message,
      "the function failed: the response's body never ends: nothing is left to wait for",
    );
    assert.equal((await fail("/memory")).code, "FUNCTION_OUT_OF_MEMORY");
  },
);

thrownTest(
  "memory that runs out is told as that, also when there is none left for an error",
  {
    "/chain": "let last = {}; for (let at = 0; at < 1e6; at++) last = Object.create(last); return last;",
    "/null": "const some = new Uint8Array(8 << 20).fill(1); throw null;",
  },
  async (fail) => {
    const { code, message, said } = await fail("/chain");
    assert.equal(code, "FUNCTION_OUT_OF_MEMORY");
    assert.equal(message, "the function failed: out of memory");
    assert.equal(said, "InternalError: out of memory\n");
    assert.equal((await fail("/null")).code, "FUNCTION_THREW");
  },
);
