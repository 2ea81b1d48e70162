// serve-log.test.ts: `mayfly serve` when its log cannot be written.
import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { finished, noMachine, root, startMayfly } from "../support/mayfly.js";

test("serve goes on when its log's disk is full, says so, and ends on SIGINT", {
  skip: noMachine(),
  timeout: 30_000,
}, async (context) => {
  const full = openSync("/dev/full", "w");
  const child = startMayfly(
    ["serve", "--allow-process-isolation", "--port", "0", `${root}/examples/native/mayfly.json`],
    {
      stdio: ["ignore", full, "pipe"],
    },
  );
  context.after(() => child.kill("SIGKILL"));
  closeSync(full);
  // The first line that cannot be written is the one that says that it listens.
  await new Promise((resolve) => child.stderr!.once("data", resolve));
  await sleep(100);
  assert.equal(child.exitCode, null);
  child.kill("SIGINT");
  const { status, stderr } = await finished(child);
  assert.equal(status, 0);
  assert.equal(stderr, "mayfly: write log: ENOSPC: no space left on device, write\n");
});
