// vessel.test.ts: what a vessel still has when the guest gets it: guest memory, and nothing else.
import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { ProcessHost } from "../../src/machine/process/host.js";
import type { ProcessMachine } from "../../src/machine/process/process-machine.js";
import { boot, CALL_FOR_EVER, procFile, skip, status } from "./support.js";

/** A vessel says nothing of itself to its own user: only root may look. */
const skipOrdinary = skip || (process.getuid?.() === 0 ? false : "only root may look into a vessel");

function vesselTest(
  name: string,
  body: (machine: ProcessMachine, context: TestContext) => void,
  options = { skip: skipOrdinary },
): void {
  test(name, options, async (context) => {
    const host = ProcessHost.open();
    const machine = boot(host, CALL_FOR_EVER);
    try {
      body(machine, context);
    } finally {
      await machine.close();
      host.close();
    }
  });
}

vesselTest("nothing is mapped but the guest's regions, with their permissions", ({ pid }) => {
  const mappings = procFile(pid, "maps")!
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/\s+/).slice(0, 3).join(" "))
    .filter((line) => !line.startsWith("ffffffffff600000"));
  assert.deepEqual(mappings, [
    "00080000-00084000 r--s 00080000",
    "00100000-00101000 r-xs 00100000",
    "00101000-00400000 rw-s 00101000",
  ]);
});

vesselTest("the monitor's traces in guest memory are gone", ({ memory }) => {
  const code = memory.bytes.subarray(0x10_0000, 0x10_0000 + CALL_FOR_EVER.length);
  assert.deepEqual([...code], CALL_FOR_EVER);
  code.fill(0);
  assert.ok(memory.bytes.every((byte) => byte === 0));
});

vesselTest("it has no descriptor", ({ pid }) => {
  assert.deepEqual(readdirSync(`/proc/${pid}/fd`), []);
});

vesselTest("it has no rights, may get none, and its filter is in force", ({ pid }) => {
  for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"])
    assert.match(status(pid, set) ?? "", /^0+$/, set);
  assert.equal(status(pid, "NoNewPrivs"), "1");
  assert.equal(status(pid, "Seccomp"), "2");
  assert.equal(status(pid, "Threads"), "1");
});

vesselTest("it leaves no core dump", ({ pid }) => {
  assert.match(procFile(pid, "limits") ?? "", /^Max core file size +0 +0 /m);
});

vesselTest("it lives in none of the monitor's namespaces", ({ pid }, context) => {
  for (const name of ["user", "mnt", "pid", "net", "ipc"]) {
    const own = readlinkSync(`/proc/self/ns/${name}`);
    if (readlinkSync(`/proc/${pid}/ns/${name}`) !== own) continue;
    context.skip(`this kernel allows no ${name} namespace here`);
    return;
  }
});

test("vessels cannot name each other's processes", { skip: skipOrdinary }, async (context) => {
  const host = ProcessHost.open();
  const machines = [boot(host, CALL_FOR_EVER), boot(host, CALL_FOR_EVER)];
  const spaces = machines.map(({ pid }) => readlinkSync(`/proc/${pid}/ns/pid`));
  await Promise.all(machines.map((machine) => machine.close()));
  host.close();
  if (spaces[0] === readlinkSync("/proc/self/ns/pid"))
    return context.skip("this kernel allows no pid namespace here");
  assert.notEqual(spaces[0], spaces[1]);
});

vesselTest(
  "no signal is blocked, whatever the monitor blocks",
  ({ pid }) => {
    assert.match(status(pid, "SigBlk") ?? "", /^0+$/);
  },
  { skip },
);
