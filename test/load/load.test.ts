// load.test.ts: the load and fault test in short: `npm run load` is the long form.
import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNoRuntime } from "../function/support.js";
import { isSlowHost, machines } from "../vm/support/machines.js";
import { describe } from "./report.js";
import { runLoad } from "./run-load.js";

const LONGEST_MS = 120_000;
/** `npm run load` has another each time. */
const SEED = 20_261_126;
const slow = isSlowHost && "time limits that fit this load do not fit an emulated CPU";

for (const { kind: machine, skip } of machines)
  test(`${machine}: under load, faults and reloads every request comes to an end that its kind may have, and nothing stays behind`, {
    skip: whyNoRuntime || slow || skip,
    timeout: LONGEST_MS,
  }, async (context) => {
    const report = await runLoad({
      machine,
      connections: 60,
      seconds: 3,
      seed: SEED,
    });
    const text = describe(report);
    context.diagnostic(`seed ${report.options.seed}, ${report.accounts.begun} requests`);
    assert.ok(report.accounts.problems.length === 0, text);
  });
