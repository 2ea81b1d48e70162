// footprint.test.ts: a process's memory and descriptors, its children's memory included.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { test } from "node:test";
import { heldDescriptors, heldMemory } from "./footprint.js";

const MIB = 1 << 20;

test("memory that is touched is held, and a child's counts", async () => {
  const before = heldMemory();
  const touched = Buffer.alloc(64 * MIB, 1);
  const alone = heldMemory();
  assert.ok(alone - before > 48 * MIB, `${alone - before} bytes for ${touched.length}`);
  const child = spawn(process.execPath, ["-e", "process.stdin.resume(); console.log(1)"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  assert.ok(heldMemory() - alone > 4 * MIB);
  child.stdin.end();
  await once(child, "exit");
});

test("an open file is one descriptor more", () => {
  const before = heldDescriptors();
  const fd = openSync("/dev/null", "r");
  assert.equal(heldDescriptors(), before + 1);
  closeSync(fd);
});
