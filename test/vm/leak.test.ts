// leak.test.ts: thousands of VMs in one process leave nothing behind: no descriptors, no mappings, no memory.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isSlowHost, machines } from "./support/machines.js";
import type { ManyVms } from "./support/many-vms.js";

const COUNT = isSlowHost ? 200 : 2000;
const ALIVE = isSlowHost ? 30 : 200;
const MIB = 1 << 20;
/** A VM that was refused is closed behind its caller's back: meanwhile the next one may need a memory more, which is kept. */
const KEPT_MORE = 8;
/**
 * What an allocator and a garbage collector may hold back, and compiled code: all of it levels off (checked with 8,000 VMs), and
 * a mapping or a view kept for each VM would be more.
 */
const SLACK = {
  mappings: 150,
  residentBytes: 24 * MIB,
  heapBytes: 2 * MIB,
  externalBytes: (8 + KEPT_MORE * 6) * MIB,
};
/** The monitor keeps the memory of so many VMs for the next: views of 6 MiB, which the kernel may see as three mappings, and perhaps a descriptor each. */
const POOLED = 64;
const POOLED_BYTES = POOLED * 6 * MIB;
const POOLED_MAPPINGS = POOLED * 3;

const script = fileURLToPath(new URL("./support/many-vms.js", import.meta.url));

for (const { kind, skip } of machines) {
  test(
    `${kind}: ${COUNT} VMs one after the other, and ${ALIVE} at once, leave nothing behind`,
    {
      skip,
      timeout: 600_000,
    },
    () => assertNothingLeft(kind),
  );
}

async function assertNothingLeft(kind: string): Promise<void> {
  // V8's young generation grows as long as garbage is made: 25 MiB that say nothing about VMs.
  const args = ["--expose-gc", "--max-semi-space-size=1", script, kind, `${COUNT}`, `${ALIVE}`];
  // One arena for all threads: libuv's pool closes VMs, and each of its threads would keep free memory of its own.
  const env = { ...process.env, MALLOC_ARENA_MAX: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const { warm, end, alive, closed } = JSON.parse(stdout) as ManyVms;
  const told = JSON.stringify({ warm, end, alive, closed }, null, 1);
  assert.ok(end.descriptors <= warm.descriptors + KEPT_MORE, told);
  assert.equal(end.vcpuMappings, warm.vcpuMappings, told);
  assert.equal(end.children, warm.children, told);
  for (const what of ["mappings", "residentBytes", "heapBytes", "externalBytes"] as const)
    assert.ok(end[what] <= warm[what] + SLACK[what], `${what}: ${told}`);

  assert.ok(alive.descriptors >= ALIVE, told);
  assert.ok(closed.descriptors <= end.descriptors + POOLED, told);
  assert.equal(closed.vcpuMappings, end.vcpuMappings, told);
  assert.equal(closed.children, end.children, told);
  assert.ok(closed.externalBytes <= end.externalBytes + POOLED_BYTES + SLACK.externalBytes, told);
  assert.ok(closed.mappings <= end.mappings + POOLED_MAPPINGS + SLACK.mappings, told);
  for (const what of ["residentBytes", "heapBytes"] as const)
    assert.ok(closed[what] <= end[what] + SLACK[what], `${what}: ${told}`);
}
