// hostile.cases.ts: what no guest should do, on every machine: each attempt is an exit that names it, and the machine goes on.
import assert from "node:assert/strict";
import { qemu } from "../../test/support/emulation.js";
import type { Machine, MachineHost } from "./machine.js";
import { CODE, casesOf, exception, MEMORY_BYTES, OUT_TO_PUTS, START, soon } from "./machine-case.fixture.js";

const SYSCALL = [0x0f, 0x05];
const INT_0X80 = [0xcd, 0x80];
/** Numbers with this bit are x32's (arch/x86/include/uapi/asm/unistd.h). */
const X32 = 0x4000_0000n;
const NUMBERS = [...Array(600).keys()].map(BigInt);

const TRAP_FLAG = 0x100n;
const ALIGNMENT_CHECK_FLAG = 0x4_0000n;
/** Not canonical with five levels of page tables either, which a host's kernel may use for the process machine. */
const NOT_CANONICAL = 0x0100_0000_0000_1000n;
const KERNEL_HALF = 0xffff_8000_0000_0000n;
/** Of a page fault's error code: whether a page is there is the machine's affair. */
const PRESENT = 1;
const VSYSCALL = 0xffff_ffff_ff60_0000n;

/** Executes the code at CODE with these registers; the guest then still answers to a hypercall behind it. */
function provoke(machine: Machine, registers: Partial<typeof START>): ReturnType<typeof exception> {
  machine.writeRegisters({ ...START, ...registers });
  return exception(machine);
}

function assertAlive(machine: Machine): void {
  machine.memory.bytes.set(OUT_TO_PUTS, CODE);
  machine.writeRegisters({ ...START, rax: 7n });
  assert.deepEqual(machine.run(soon()), { kind: "hypercall", port: 0x502, argument: 7 });
}

/** Runs the cases on one kind of machine. `skip` is the reason why it cannot be opened here. */
export function hostileCases(kind: string, open: () => MachineHost, skip: string | false): void {
  const withMachine = casesOf(kind, open, skip);

  withMachine("no system call exists, whatever its number", SYSCALL, (machine) => {
    for (const rax of [...NUMBERS, ...NUMBERS.map((n) => n | X32), 0xffff_ffff_ffff_ffffn]) {
      assert.equal(provoke(machine, { rax }).vector, 6, `number ${rax}`);
      assert.equal(machine.readRegisters().rip, BigInt(CODE), `number ${rax}`);
      assert.equal(machine.readRegisters().rax, rax);
    }
    assertAlive(machine);
  });

  withMachine("no 32-bit system call exists, whatever its number", INT_0X80, (machine) => {
    for (const rax of NUMBERS) {
      // A software KVM makes it an invalid opcode.
      assert.ok([6, 13].includes(provoke(machine, { rax }).vector), `number ${rax}`);
      assert.equal(machine.readRegisters().rip, BigInt(CODE));
    }
    assertAlive(machine);
  });

  withMachine("sysenter reaches nothing", [0x0f, 0x34], (machine) => {
    for (const rbp of [0n, START.rsp]) assert.ok([6, 13].includes(provoke(machine, { rax: 1n, rbp }).vector));
    assertAlive(machine);
  });

  withMachine("the vsyscall page is no way out", [0xff, 0xe0], (machine) => {
    for (const page of [0n, 0x400n, 0x800n, 0x10n]) {
      const rax = VSYSCALL + page;
      const { vector, address } = provoke(machine, { rax, rsp: START.rsp - 64n });
      assert.deepEqual({ vector, address }, { vector: 14, address: rax });
      assert.equal(machine.readRegisters().rip, rax);
    }
    assertAlive(machine);
  });

  withMachine("the kernel's half of the address space cannot be read", [0x8b, 0x00], (machine) => {
    const { vector, address } = provoke(machine, { rax: KERNEL_HALF });
    assert.deepEqual({ vector, address }, { vector: 14, address: KERNEL_HALF });
  });

  withMachine("an address that is not canonical is a general protection fault", [0x8b, 0x00], (machine) => {
    assert.equal(provoke(machine, { rax: NOT_CANONICAL }).vector, 13);
  });

  withMachine(
    "a stack that is not canonical is a stack fault",
    [0x50],
    (machine) => {
      assert.equal(provoke(machine, { rsp: NOT_CANONICAL }).vector, 12);
    },
    qemu.noStackFault,
  );

  withMachine("no address but guest memory's can be read", [0x8b, 0x00], (machine) => {
    const outside = [0x1000n, BigInt(MEMORY_BYTES), 0x6000_0000_0000n, 0x6100_0000_0000n, 0x7fff_ffff_e000n];
    for (const rax of outside) {
      const { vector, errorCode, address } = provoke(machine, { rax });
      assert.deepEqual(
        { vector, errorCode: errorCode & ~PRESENT, address },
        { vector: 14, errorCode: 4, address: rax },
      );
    }
    assertAlive(machine);
  });

  withMachine("a write to an absent page is told from a read", [0x89, 0x00], (machine) => {
    assert.equal(provoke(machine, { rax: 0x7000_0000n }).errorCode, 6);
  });

  withMachine("a jump to an absent page is told from a read", [0xff, 0xe0], (machine) => {
    const { vector, errorCode, address } = provoke(machine, { rax: 0x7000_0000n });
    assert.deepEqual(
      { vector, errorCode: errorCode & ~16, address },
      { vector: 14, errorCode: 4, address: 0x7000_0000n },
    );
    assert.equal(machine.readRegisters().rip, 0x7000_0000n);
  });

  withMachine("the trap flag stops behind one instruction", [0x90, 0x90], (machine) => {
    assert.equal(provoke(machine, { rflags: 2n | TRAP_FLAG }).vector, 1);
    assert.equal(machine.readRegisters().rip, BigInt(CODE + 1));
    assertAlive(machine);
  });

  withMachine("int3 stops behind itself", [0xcc], (machine) => {
    assert.equal(provoke(machine, {}).vector, 3);
    assert.equal(machine.readRegisters().rip, BigInt(CODE + 1));
  });

  withMachine("rdpmc faults", [0x0f, 0x33], (machine) => {
    assert.equal(provoke(machine, {}).vector, 13);
  });

  withMachine("in from an unknown port faults", [0xe4, 0x60], (machine) => {
    assert.equal(provoke(machine, {}).vector, 13);
  });

  withMachine(
    "an unaligned access faults when the guest asks for that",
    [0x8b, 0x44, 0x24, 0x01],
    (machine) => {
      const rsp = START.rsp - 64n;
      assert.equal(provoke(machine, { rsp, rflags: 2n | ALIGNMENT_CHECK_FLAG }).vector, 17);
      assertAlive(machine);
    },
    qemu.noAlignmentCheck,
  );

  withMachine(
    "a lock across two cache lines is the guest's own affair",
    [
      0xf0,
      0x83,
      0x44,
      0x24,
      0x3d,
      0x01,
      ...OUT_TO_PUTS, // lock addl $1, 61(%rsp)
    ],
    (machine) => {
      machine.writeRegisters({ ...START, rsp: BigInt(MEMORY_BYTES - 256) });
      const exit = machine.run(soon());
      assert.ok(exit.kind === "hypercall" || (exit.kind === "exception" && exit.vector === 17), exit.kind);
    },
  );

  withMachine(
    "an SSE error has its own vector",
    [0x48, 0x89, 0xe0, 0xc7, 0x00, 0, 0x1f, 0, 0, 0x0f, 0xae, 0x10], // ldmxcsr of 0x1f00: everything unmasked
    (machine) => {
      machine.memory.bytes.set([0x0f, 0x57, 0xc0, 0xf3, 0x0f, 0x5e, 0xc0], CODE + 12); // xorps, divss: 0 / 0
      assert.equal(provoke(machine, { rsp: START.rsp - 64n }).vector, 19);
    },
    qemu.noSimdError,
  );

  withMachine(
    "an x87 error has its own vector",
    [0xdb, 0xe3, 0x66, 0xc7, 0x04, 0x24, 0, 0x03, 0xd9, 0x2c, 0x24], // fninit; fldcw of 0x300
    (machine) => {
      machine.memory.bytes.set([0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, 0x9b], CODE + 11); // fld1; fldz; fdivrp; fwait
      assert.equal(provoke(machine, { rsp: START.rsp - 64n }).vector, 16);
    },
  );
}
