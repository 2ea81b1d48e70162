// process-machine.test.ts: the machine's cases in a sandboxed process, and where its text lies.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { noProcessMachine } from "../../../test/support/no-machine.js";
import { type AddressSpace, LARGE_PAGE, PAGE_SIZE } from "../address-space.js";
import { constantsCases } from "../constants.cases.js";
import { fpuStateCases } from "../fpu-state.cases.js";
import { hostileCases } from "../hostile.cases.js";
import { machineCases } from "../machine.cases.js";
import { machineStateCases } from "../machine-state.cases.js";
import { ProcessHost } from "./host.js";

machineCases("process", ProcessHost.open, noProcessMachine());
machineStateCases("process", ProcessHost.open, noProcessMachine());
fpuStateCases("process", ProcessHost.open, noProcessMachine());
hostileCases("process", ProcessHost.open, noProcessMachine());
constantsCases("process", ProcessHost.open, noProcessMachine());

test("process: machines of one image map the same sealed text, and keep one page of it each", {
  skip: noProcessMachine(),
}, async () => {
  const host = ProcessHost.open();
  const text = { start: LARGE_PAGE, end: 2 * LARGE_PAGE };
  const space: AddressSpace = {
    memoryBytes: 3 * LARGE_PAGE,
    regions: [
      { ...text, permissions: "rx" },
      { start: text.end, end: 3 * LARGE_PAGE, permissions: "rw" },
    ],
    constants: [{ ...text, bytes: new Uint8Array(LARGE_PAGE).fill(0x90) }],
  };
  const machines = [host.create(space), host.create(space)];
  try {
    const mapped = machines.map((machine) => {
      assert.equal(machine.touchedBytes(), 2 * PAGE_SIZE, "the plan's page, and the last instructions'");
      return readFileSync(`/proc/${machine.pid}/maps`, "utf8").match(/^.*mayfly-constants.*$/gm) ?? [];
    });
    const [first, second] = mapped.map((lines) => lines.join());
    assert.match(first!, /^00201000-00400000 r-xp 00201000 \S+ \d+ +\/memfd:mayfly-constants/);
    assert.equal(second, first);
  } finally {
    for (const machine of machines) await machine.close();
    host.close();
  }
});
