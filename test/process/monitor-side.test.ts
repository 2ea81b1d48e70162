// monitor-side.test.ts: what driving a vessel does to the monitor's own process, and what it tells of the guest.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { GuestFault } from "../../src/machine/guest-fault.js";
import { ProcessHost } from "../../src/machine/process/host.js";
import type { ProcessMachine } from "../../src/machine/process/process-machine.js";
import { boot, CALL_FOR_EVER, DATA, LOOP, MEMORY_BYTES, skip, status, TEXT } from "./support.js";

const RUN_MS = 60;

function machineTest(name: string, code: readonly number[], body: (machine: ProcessMachine) => void): void {
  test(name, { skip }, async () => {
    const host = ProcessHost.open();
    const machine = boot(host, code);
    try {
      body(machine);
    } finally {
      await machine.close();
      host.close();
    }
  });
}

machineTest(
  "after a turn the monitor may run on every processor again, and so may its children",
  CALL_FOR_EVER,
  (machine) => {
    const allowed = status("self", "Cpus_allowed");
    machine.run(Number.POSITIVE_INFINITY);
    machine.rest();
    assert.equal(status("self", "Cpus_allowed"), allowed);
    const child = execFileSync("grep", ["Cpus_allowed:", "/proc/self/status"], { encoding: "utf8" });
    assert.equal(child.split(/\s+/)[1], allowed);
  },
);

machineTest("during a turn monitor and guest share a processor", CALL_FOR_EVER, (machine) => {
  machine.run(Number.POSITIVE_INFINITY);
  assert.equal(status(machine.pid, "Cpus_allowed"), status("self", "Cpus_allowed"));
  machine.rest();
});

machineTest(
  "a host opened in the middle of a turn leaves no restriction behind",
  CALL_FOR_EVER,
  (machine) => {
    const allowed = status("self", "Cpus_allowed");
    machine.run(Number.POSITIVE_INFINITY);
    const second = ProcessHost.open();
    assert.equal(machine.run(Number.POSITIVE_INFINITY).kind, "hypercall");
    machine.rest();
    assert.equal(status("self", "Cpus_allowed"), allowed);
    second.close();
  },
);

machineTest("the guest's CPU time is counted", LOOP, (machine) => {
  const before = machine.guestCpuTime();
  machine.run(performance.now() + RUN_MS);
  const used = machine.guestCpuTime() - before;
  // Other processes may have had the processor meanwhile, but not for most of the time in every run of this test.
  assert.ok(used > 0 && used < 4 * RUN_MS, `${used} ms`);
});

machineTest("a closed machine still knows the CPU time", LOOP, (machine) => {
  machine.run(performance.now() + RUN_MS);
  const used = machine.guestCpuTime();
  void machine.close();
  assert.equal(machine.guestCpuTime(), used);
});

machineTest(
  "a far jump to 32-bit code is a general protection fault at its first stop",
  [0xff, 0x2c, 0x24],
  (machine) => {
    const { bytes } = machine.memory;
    const stack = MEMORY_BYTES - 64;
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(stack, TEXT + 16, true);
    bytes.set([0x23, 0], stack + 4); // __USER32_CS, behind the offset: ljmp *(%rsp)
    bytes.set(CALL_FOR_EVER, TEXT + 16);
    machine.writeRegisters({ ...machine.readRegisters(), rsp: BigInt(stack) });
    const exit = machine.run(performance.now() + 5000);
    assert.ok(exit.kind === "exception" && exit.vector === 13, exit.kind);
    assert.match(exit.detail ?? "", /64-bit/);
    machine.memory.bytes.set(CALL_FOR_EVER, TEXT);
    machine.writeRegisters({ ...machine.readRegisters(), rip: BigInt(TEXT) });
    assert.equal(machine.run(performance.now() + 5000).kind, "hypercall");
  },
);

machineTest("a segment base in the kernel's half ends the guest", CALL_FOR_EVER, (machine) => {
  const registers = machine.readRegisters();
  for (const base of [{ fsBase: 0xffff_8000_0000_0000n }, { gsBase: 0x7fff_ffff_f000n }])
    assert.throws(() => machine.writeRegisters({ ...registers, ...base }), GuestFault);
  machine.writeRegisters({ ...registers, fsBase: 0x7fff_ffff_e000n, gsBase: BigInt(DATA) });
  assert.equal(machine.run(performance.now() + 5000).kind, "hypercall");
  assert.equal(machine.readRegisters().fsBase, 0x7fff_ffff_e000n);
});

test("the time-stamp counter's rate is measured to a part in a thousand", { skip }, () => {
  const rates = [ProcessHost.open(), ProcessHost.open()].map((host) => {
    host.close();
    return host.tscHz;
  });
  assert.ok(Math.abs(rates[0]! / rates[1]! - 1) < 1e-3, rates.join(" "));
});
