// machine.cases.ts: what every machine must do, as cases that each back-end's test file runs. Guests are a few bytes of code.
import assert from "node:assert/strict";
import type { MachineHost, Registers } from "./machine.js";
import {
  CODE,
  casesOf,
  DATA,
  exception,
  LOOP,
  MEMORY_BYTES,
  OUT_TO_PUTS,
  START,
  soon,
  space,
} from "./machine-case.fixture.js";

/** Runs all cases on one kind of machine. `skip` is the reason why it cannot be opened here. */
export function machineCases(kind: string, open: () => MachineHost, skip: string | false): void {
  const withMachine = casesOf(kind, open, skip);

  withMachine(
    "an out to a hypercall port is an exit with eax as its argument",
    [0xb8, 0x44, 0x33, 0x22, 0xf1, ...OUT_TO_PUTS, ...LOOP],
    (machine) => {
      assert.deepEqual(machine.run(soon()), { kind: "hypercall", port: 0x502, argument: 0xf1223344 });
    },
  );

  withMachine(
    "execution goes on behind a hypercall",
    [...OUT_TO_PUTS, 0xff, 0xc0, ...OUT_TO_PUTS, ...LOOP],
    (machine) => {
      machine.run(soon());
      assert.deepEqual(machine.run(soon()), { kind: "hypercall", port: 0x502, argument: 1 });
    },
  );

  withMachine(
    "a narrow out to a hypercall port is no hypercall",
    [0x66, 0xba, 0x02, 0x05, 0xee],
    (machine) => {
      assert.deepEqual(machine.run(soon()), { kind: "port", port: 0x502, direction: "out", size: 1 });
    },
  );

  withMachine("an in from a hypercall port is no hypercall", [0x66, 0xba, 0x02, 0x05, 0xed], (machine) => {
    assert.deepEqual(machine.run(soon()), { kind: "port", port: 0x502, direction: "in", size: 4 });
  });

  withMachine(
    "an out to any other port is a general protection fault",
    [0x66, 0xba, 0xfe, 0x00, 0xef],
    (machine) => {
      assert.equal(exception(machine).vector, 13);
      assert.equal(machine.readRegisters().rip, BigInt(CODE + 4));
    },
  );

  withMachine("an endless loop is interrupted at the deadline", LOOP, (machine) => {
    const started = performance.now();
    assert.equal(machine.run(started + 10).kind, "interrupted");
    assert.ok(performance.now() - started >= 10);
    assert.equal(machine.readRegisters().rip, BigInt(CODE));
  });

  withMachine("an interrupted guest can run on", [...LOOP], (machine) => {
    assert.equal(machine.run(performance.now() + 2).kind, "interrupted");
    assert.equal(machine.run(performance.now() + 2).kind, "interrupted");
    machine.memory.bytes.set(OUT_TO_PUTS, DATA);
    machine.memory.bytes.set([0xeb, 0x0e], CODE);
    machine.memory.bytes.set(OUT_TO_PUTS, CODE + 16);
    machine.writeRegisters({ ...START });
    assert.equal(machine.run(soon()).kind, "hypercall");
  });

  withMachine("a deadline that has passed does not enter the guest", OUT_TO_PUTS, (machine) => {
    assert.equal(machine.run(performance.now() - 1).kind, "interrupted");
    assert.equal(machine.run(soon()).kind, "hypercall");
  });

  withMachine("interrupt() ends the next run at once", LOOP, (machine) => {
    machine.interrupt();
    const started = performance.now();
    assert.equal(machine.run(started + 5000).kind, "interrupted");
    assert.ok(performance.now() - started < 2500);
  });

  withMachine("registers hold what was written", [...OUT_TO_PUTS], (machine) => {
    const written: Registers = {
      ...START,
      rax: 1n,
      rbx: 2n,
      r15: 0xffff_ffff_ffff_fff0n,
      fsBase: 0x123000n,
      gsBase: 0x456000n,
    };
    machine.writeRegisters(written);
    machine.run(soon());
    const read = machine.readRegisters();
    for (const name of ["rax", "rbx", "r15", "fsBase", "gsBase", "rsp"] as const)
      assert.equal(read[name], written[name], name);
  });

  withMachine(
    "the guest's own code sees FS base",
    [0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, ...OUT_TO_PUTS],
    (machine) => {
      machine.memory.bytes.set([0x78, 0x56, 0x34, 0x12], DATA + 64); // mov %fs:0, %rax
      machine.writeRegisters({ ...START, fsBase: BigInt(DATA + 64) });
      assert.deepEqual(machine.run(soon()), { kind: "hypercall", port: 0x502, argument: 0x12345678 });
    },
  );

  withMachine("page zero is absent", [0x31, 0xc0, 0x8b, 0x00], (machine) => {
    const fault = exception(machine);
    assert.equal(fault.vector, 14);
    assert.equal(fault.address, 0n);
  });

  withMachine(
    "the machine's own pages cannot be read",
    [0xb8, 0x00, 0x10, 0x00, 0x00, 0x8b, 0x00],
    (machine) => {
      const fault = exception(machine);
      assert.equal(fault.vector, 14);
      assert.equal(fault.address, 0x1000n);
      assert.equal(machine.readRegisters().rip, BigInt(CODE + 5));
    },
  );

  withMachine("text cannot be written", [0xb8, 0x00, 0x00, 0x10, 0x00, 0x89, 0x00], (machine) => {
    const fault = exception(machine);
    assert.equal(fault.vector, 14);
    assert.equal(fault.errorCode & 2, 2);
  });

  withMachine("data cannot be executed", [0xb8, 0x00, 0x10, 0x10, 0x00, 0xff, 0xe0], (machine) => {
    machine.memory.bytes.set(OUT_TO_PUTS, DATA);
    const fault = exception(machine);
    assert.equal(fault.vector, 14);
    assert.equal(fault.address, BigInt(DATA));
  });

  withMachine("memory ends where it ends", [0xb8, 0x00, 0x00, 0x40, 0x00, 0x8b, 0x00], (machine) => {
    assert.equal(exception(machine).address, BigInt(MEMORY_BYTES));
  });

  withMachine("an undefined instruction is an exception with its address", [0x90, 0x0f, 0x0b], (machine) => {
    assert.equal(exception(machine).vector, 6);
    assert.equal(machine.readRegisters().rip, BigInt(CODE + 1));
    assert.equal(machine.readRegisters().rsp, START.rsp);
  });

  withMachine("a division by zero is an exception", [0x31, 0xc9, 0xf7, 0xf1], (machine) => {
    assert.equal(exception(machine).vector, 0);
  });

  withMachine("privileged instructions fault", [0x0f, 0x01, 0x1c, 0x24], (machine) => {
    assert.equal(exception(machine).vector, 13); // lidt (%rsp)
  });

  withMachine(
    "after an exception the guest goes on where it is told",
    [0x0f, 0x0b, ...OUT_TO_PUTS],
    (machine) => {
      exception(machine);
      const registers = machine.readRegisters();
      machine.writeRegisters({ ...registers, rip: registers.rip + 2n, rax: 7n });
      assert.deepEqual(machine.run(soon()), { kind: "hypercall", port: 0x502, argument: 7 });
    },
  );

  withMachine("SSE works from the first instruction", [0x0f, 0x59, 0xc0, ...OUT_TO_PUTS], (machine) => {
    assert.equal(machine.run(soon()).kind, "hypercall"); // mulps %xmm0, %xmm0
  });

  withMachine("syscall reaches nothing", [0x0f, 0x05], (machine) => {
    assert.equal(exception(machine).vector, 6);
  });

  withMachine("a second machine starts with zeroed memory", OUT_TO_PUTS, async (machine, host) => {
    machine.memory.bytes.fill(0xaa, DATA, DATA + 4096);
    await machine.close();
    const second = host.create(space);
    assert.ok(second.memory.bytes.subarray(CODE, MEMORY_BYTES).every((byte) => byte === 0));
    await second.close();
  });

  withMachine("close can be called twice", [], async (machine) => {
    await Promise.all([machine.close(), machine.close()]);
    machine.interrupt();
  });
}
