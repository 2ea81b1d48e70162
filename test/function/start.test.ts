// start.test.ts: a function that does not come to its first request says why in one sentence, and what to do about it.
import assert from "node:assert/strict";
import { relative } from "node:path";
import { test } from "node:test";
import { Function as FetchFunction, FunctionError, type FunctionOptions } from "../../src/index.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

const HANDLER = "export default { fetch: () => new Response(String(text.length)) };\n";

interface Refused {
  readonly what: string;
  readonly source: string;
  /** Of the message, behind "… did not start: ". */
  readonly reason: RegExp;
  readonly options?: FunctionOptions;
  readonly mend?: string;
  readonly details?: RegExp;
}

const refusals: readonly Refused[] = [
  {
    what: "a module that throws: what, and where in the user's file",
    source: `console.log("so far");\nfunction far(): never {\n  throw new RangeError("too early");\n}\nfar();\n${HANDLER}`,
    reason: /^its module threw RangeError: too early, at handler\.ts:3:\d+$/,
    details: /^so far\n {4}at far \(handler\.ts:3:\d+\)\n {4}at <anonymous> \(handler\.ts:5:\d+\)$/,
  },
  {
    what: "a module that throws what has no stack",
    source: `throw "a string";\n${HANDLER}`,
    reason: /^its module threw a string$/,
  },
  {
    what: "a module that throws what cannot be read",
    source: `throw new Proxy({}, { get() { throw new Error("again"); } });\n${HANDLER}`,
    reason: /^its module threw something that cannot be read$/,
  },
  {
    what: "a module whose promise is rejected",
    source: `await null;\nawait Promise.reject(new TypeError("later"));\n${HANDLER}`,
    reason: /^its module threw TypeError: later, at handler\.ts:2:\d+$/,
  },
  {
    what: "a module that awaits a timer",
    source: `await new Promise((done) => setTimeout(done, 1));\n${HANDLER}`,
    reason: /^its module awaits what never comes: no timer runs while modules are evaluated$/,
    mend: "let warmUp() or the handler do what waits for time",
  },
  {
    what: "a default export that is a number",
    source: "export default 5;",
    reason: /^its default export is 5, expected \{ fetch\(request\) \{ … \} \}$/,
  },
  {
    what: "a default export that is a function",
    source: "export default () => new Response();",
    reason: /^its default export is a function, expected \{ fetch/,
  },
  {
    what: "a default export without fetch",
    source: "export default { get() {} };",
    reason: /^its default export is an object of class Object without fetch, expected \{ fetch/,
  },
  {
    what: "a default export whose fetch is none",
    source: "export default { fetch: 1 };",
    reason: /^its default export is an object of class Object whose fetch is 1, expected \{ fetch/,
  },
  {
    what: "modules that need more memory than there is",
    source: `const all: object[] = [];\nfor (;;) all.push({});\n${HANDLER}`,
    reason: /^its modules need more memory than the [\d.]+ MiB that the image leaves of 24: /,
    options: { limits: { memoryMiB: 24, startCpuTimeMs: 60_000 } },
    mend: "raise limits.memoryMiB, if it needs that much",
  },
  {
    what: "modules that need more CPU time than they get",
    source: `for (;;);\n${HANDLER}`,
    reason: /^the VM used up its CPU time of 20 ms$/,
    options: { limits: { startCpuTimeMs: 20 } },
    mend: "raise limits.startCpuTimeMs, if it needs that much",
  },
];

for (const machine of machines) {
  const options = { skip: whyNoRuntime || machine.skip, timeout: 60_000 };
  for (const { what, source, reason, options: given = {}, mend, details } of refusals)
    test(`${machine.kind}: ${what}`, options, async (context) => {
      const folder = await project(context, { "handler.ts": source });
      const file = `${folder}/handler.ts`;
      const error = await FetchFunction.load(file, { ...given, machine: machine.kind }).then(
        () => assert.fail("it started"),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof FunctionError, String(error));
      assert.equal(error.code, "FUNCTION_NOT_STARTED");
      const beginning = `${file} did not start: `;
      assert.ok(error.message.startsWith(beginning), error.message);
      const plain = (text: string): string => text.replaceAll(relative(process.cwd(), file), "handler.ts");
      assert.match(plain(error.message.slice(beginning.length)), reason);
      assert.equal(error.mend, mend);
      if (details !== undefined) assert.match(plain(error.details ?? ""), details);
    });

  test(
    `${machine.kind}: a bundle of megabytes runs in as much memory as it needs, and is told when there is less`,
    options,
    async (context) => {
      const text = "0123456789abcdef".repeat(6 << 16);
      const source = `import text from "./long.txt";\n${HANDLER}`;
      const folder = await project(context, { "handler.ts": source, "long.txt": text });
      const load = (memoryMiB: number): Promise<FetchFunction> =>
        FetchFunction.load(`${folder}/handler.ts`, { machine: machine.kind, limits: { memoryMiB } });
      await using fn = await load(32);
      assert.equal(await (await fn.fetch("http://localhost/")).text(), String(6 << 20));
      for (const memoryMiB of [20, 16])
        await assert.rejects(load(memoryMiB), (error: FunctionError) => {
          assert.match(
            error.message,
            /its modules need more memory than the \d\.\d MiB that the image leaves of \d+: /,
          );
          assert.equal(error.limit, "memoryMiB");
          return true;
        });
      // Here not even the image fits.
      await assert.rejects(load(12), { code: "MEMORY_INVALID", mend: /limits\.memoryMiB/ });
    },
  );
}
