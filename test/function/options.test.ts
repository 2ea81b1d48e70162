// options.test.ts: what Function.load() is given: files by path and by URL, and options that are refused by name, never ignored.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Function as FetchFunction, type FunctionOptions, MayflyError } from "../../src/index.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

for (const { kind, skip } of machines)
  test(`${kind}: a function is loaded by a file URL as by a path`, {
    skip: whyNoRuntime || skip,
    timeout: 60_000,
  }, async (context) => {
    const source = 'export default { fetch: () => new Response("well") };';
    const file = join(await project(context, { "a b.ts": source }), "a b.ts");
    await using fn = await FetchFunction.load(pathToFileURL(file), { machine: kind });
    assert.equal(fn.name, file);
    assert.equal(await (await fn.fetch("http://localhost/")).text(), "well");
  });

test("what is no file, and options that do not exist or are of another kind, are refused by name", async () => {
  const secret = "hunter2-is-secret";
  const wrong: [file: unknown, options: unknown, message: RegExp, mend?: string][] = [
    [undefined, undefined, /^the function's file: got nothing, expected a path or a file URL$/],
    [new URL("http://x/h.ts"), {}, /^the function's file: got http:, expected a path or a file URL$/],
    ["", {}, /^the function's file: got an empty string/],
    ["none.img", null, /^options: got null, expected an object$/],
    ["none.img", { nope: 1 }, /^nope: got an option that does not exist, expected one of name, monitor, /],
    ["none.img", { enw: {} }, /^enw: got an option that does not exist/, "did you mean env?"],
    ["none.img", { idle: 1 }, /^idle: /, "did you mean idleMs?"],
    [
      "none.img",
      { limits: { cpuTime: "50ms" } },
      /^limits\.cpuTime: got an option that/,
      "did you mean limits.cpuTimeMs?",
    ],
    ["none.img", { limits: { nope: 1 } }, /^limits\.nope: .*expected one of cpuTimeMs, wallTimeMs, /],
    ["none.img", { limits: { cpuTimeMs: "50ms" } }, /^limits\.cpuTimeMs: got 50ms, expected a number/],
    ["none.img", { limits: 5 }, /^limits: got a number, expected an object$/],
    ["none.img", { queue: { lenght: 1 } }, /^queue\.lenght: /, "did you mean queue.length?"],
    ["none.img", { console: 5 }, /^console: got a number, expected a function$/],
    ["none.img", { secrets: secret }, /^secrets: got a string, expected an object$/],
    ["none.img", { verifyReset: "yes" }, /^verifyReset: got a string, expected true or false$/],
  ];
  for (const [file, options, message, mend] of wrong)
    await assert.rejects(FetchFunction.load(file as string, options as FunctionOptions), (error) => {
      assert.ok(error instanceof MayflyError && error.code === "OPTION_INVALID", String(error));
      assert.match(error.message, message);
      assert.equal(error.mend, mend);
      return true;
    });
});

test("options out of their range are named", async () => {
  for (const [options, name] of [
    [{ limits: { cpuTimeMs: 0 } }, /limits\.cpuTimeMs/],
    [{ limits: { bodyBytes: Number.NaN } }, /limits\.bodyBytes/],
    [{ maxVms: 0 }, /maxVms/],
    [{ keepWarm: 1.5 }, /keepWarm/],
  ] as const)
    await assert.rejects(FetchFunction.load("none.img", options), (error) => {
      assert.ok(error instanceof MayflyError && error.code === "OPTION_INVALID");
      assert.match(error.message, name);
      return true;
    });
});
