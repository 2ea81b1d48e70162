// fpu-state.cases.ts: what every machine must do to put back a guest's x87, SSE and AVX state, also where it does so late.
import assert from "node:assert/strict";
import type { Exit, Machine, MachineHost } from "./machine.js";
import {
  at,
  CODE,
  casesOf,
  DATA,
  hypercall,
  LOOP,
  OUT_TO_PUTS,
  START,
  soon,
} from "./machine-case.fixture.js";
import { differenceOf, type MachineState } from "./machine-state.js";

const INVALID_OPCODE = 6;
const DEBUG = 1;

/** Runs all cases on one kind of machine. `skip` is the reason why it cannot be opened here. */
export function fpuStateCases(kind: string, open: () => MachineHost, skip: string | false): void {
  const withMachine = casesOf(kind, open, skip);

  withMachine(
    "SSE registers are put back",
    [0x66, 0x0f, 0x6e, 0xf8, ...OUT_TO_PUTS, 0x66, 0x0f, 0x7e, 0xf8, ...OUT_TO_PUTS, ...LOOP], // movd %eax, %xmm7 and back
    (machine) => {
      machine.writeRegisters({ ...START, rax: 0x1234n });
      machine.run(soon());
      const saved = machine.saveState();
      machine.writeRegisters({ ...START, rax: 0x5678n });
      machine.run(soon());
      assert.deepEqual(machine.run(soon()), hypercall(0x5678), "another value stood there");
      machine.restoreState(saved);
      assert.deepEqual(machine.run(soon()), hypercall(0x1234));
    },
  );

  const UPPER_HALVES: readonly [what: string, read: readonly number[], fill: readonly number[]][] = [
    [
      "the upper halves of AVX registers",
      [0xc4, 0xe3, 0x7d, 0x39, 0xf8, 0x01, 0xc5, 0xf9, 0x7e, 0xc0], // vextracti128 $1, %ymm7, %xmm0; vmovd %xmm0, %eax
      [0xc5, 0xc5, 0x76, 0xff], // vpcmpeqd %ymm7, %ymm7, %ymm7
    ],
    [
      "the registers that AVX-512 added",
      [0x62, 0xe1, 0x7d, 0x08, 0x7e, 0xc8], // vmovd %xmm17, %eax
      [0x62, 0xa3, 0x75, 0x40, 0x25, 0xc9, 0xff], // vpternlogd $0xff, %zmm17, %zmm17, %zmm17
    ],
    ["the masks of AVX-512", [0xc5, 0xf8, 0x93, 0xc1], [0xc5, 0xf4, 0x46, 0xc9]], // kmovw %k1, %eax; kxnorw %k1, %k1, %k1
  ];
  for (const [what, read, fill] of UPPER_HALVES) {
    withMachine(
      `${what} are put back, or are not there`,
      [...OUT_TO_PUTS, ...read, ...OUT_TO_PUTS, ...fill, ...read, ...OUT_TO_PUTS, ...LOOP],
      (machine) => {
        machine.run(soon());
        const saved = machine.saveState();
        const initial = machine.run(soon());
        if (initial.kind === "exception") {
          assert.equal(initial.vector, INVALID_OPCODE);
          return;
        }
        for (let i = 0; i < 2; i++) {
          assert.notDeepEqual(machine.run(soon()), initial, "another value stood there");
          machine.restoreState(saved);
          assert.deepEqual(machine.run(soon()), initial);
        }
      },
    );
  }

  const SHOW_XMM7 = [0x66, 0x0f, 0x7e, 0xf8, ...OUT_TO_PUTS]; // movd %xmm7, %eax
  const KEEP_IN_XMM7 = [0x66, 0x0f, 0x6e, 0xf8, ...OUT_TO_PUTS]; // movd %eax, %xmm7
  const keepInXmm7 = [...KEEP_IN_XMM7, ...SHOW_XMM7, ...LOOP];
  const save = (machine: Machine, value: bigint): MachineState => {
    machine.writeRegisters({ ...START, rax: value });
    machine.run(soon());
    return machine.saveState();
  };

  withMachine("a guest put back and interrupted before it ran is what it was", keepInXmm7, (machine) => {
    const saved = save(machine, 0x1234n);
    save(machine, 0x5678n);
    machine.restoreState(saved);
    machine.interrupt();
    assert.deepEqual(machine.run(soon()), { kind: "interrupted" });
    assert.equal(machine.readRegisters().rip, BigInt(CODE + 9));
    assert.deepEqual(machine.run(soon()), hypercall(0x1234));
  });

  withMachine("an interruption outlasts that the state is read", keepInXmm7, (machine) => {
    const saved = save(machine, 0x1234n);
    machine.restoreState(saved);
    machine.interrupt();
    assert.equal(differenceOf(machine.saveState(), saved), undefined);
    assert.deepEqual(machine.run(soon()), { kind: "interrupted" });
    assert.deepEqual(machine.run(soon()), hypercall(0x1234));
  });

  withMachine("a state saved of a guest put back is that state", keepInXmm7, (machine) => {
    const saved = save(machine, 0x1234n);
    save(machine, 0x5678n);
    machine.restoreState(saved);
    const again = machine.saveState();
    assert.equal(differenceOf(again, saved), undefined);
    save(machine, 0x9abcn);
    machine.restoreState(again);
    assert.deepEqual(machine.run(soon()), hypercall(0x1234));
  });

  withMachine(
    "registers written after a state was put back leave its SSE registers",
    keepInXmm7,
    (machine) => {
      const saved = save(machine, 0x1234n);
      save(machine, 0x5678n);
      machine.restoreState(saved);
      machine.writeRegisters({ ...START, rip: BigInt(CODE + 9) });
      assert.deepEqual(machine.run(soon()), hypercall(0x1234));
    },
  );

  for (const [flag, bit] of [
    ["trap", 0x100n],
    ["alignment check", 0x4_0000n],
    ["direction", 0x400n],
  ] as const) {
    withMachine(
      `a guest put back has its FPU before anything happens in it, with the ${flag} flag set`,
      [...KEEP_IN_XMM7, 0x90, ...SHOW_XMM7, ...LOOP], // nop between
      (machine) => {
        const spoil = (value: bigint): Exit => {
          machine.writeRegisters({ ...START, rax: value });
          return machine.run(soon());
        };
        spoil(0x1234n);
        machine.saveState(); // settles it: else KVM may step over the same instruction
        const out = { ...machine.readRegisters(), rip: BigInt(CODE + KEEP_IN_XMM7.length - 1) };
        machine.writeRegisters({ ...out, rflags: out.rflags | bit });
        assert.deepEqual(machine.run(soon()), hypercall(0x1234));
        const saved = machine.saveState();
        for (let i = 0; i < 2; i++) {
          spoil(0x5678n);
          machine.restoreState(saved);
          assert.equal(differenceOf(machine.saveState(), saved), undefined);
          spoil(0x9abcn);
          machine.restoreState(saved);
          const exit = machine.run(soon());
          if (flag === "trap") {
            assert.deepEqual([exit.kind, exit.kind === "exception" && exit.vector], ["exception", DEBUG]);
            const { rip, rax, rdx } = machine.readRegisters();
            assert.deepEqual({ rip, rax, rdx }, { rip: out.rip + 2n, rax: 0x1234n, rdx: out.rdx });
            // What a handler of its own would see.
            machine.writeRegisters({ ...START, rip: out.rip + 2n });
            assert.deepEqual(machine.run(soon()), hypercall(0x1234));
          } else assert.deepEqual(exit, hypercall(0x1234));
        }
      },
    );
  }

  withMachine(
    "a guest that goes the way of its return by itself is told as what it is",
    // out; 1: inc %r12; mov $0x2000, %ecx; jmp *%rcx, which leads behind the out again
    [...OUT_TO_PUTS, 0x49, 0xff, 0xc4, 0xb9, 0x00, 0x20, 0x00, 0x00, 0xff, 0xe1],
    (machine) => {
      if (machine.kind !== "kvm") return; // there alone it is a way
      machine.run(soon());
      const saved = machine.saveState();
      machine.restoreState(saved);
      let counted = 0n;
      for (let i = 0; i < 20; i++) {
        assert.deepEqual(machine.run(performance.now() + 1), { kind: "interrupted" });
        const { r12 } = machine.readRegisters();
        assert.ok(r12 >= counted, `${r12} after ${counted}`);
        counted = r12;
      }
      assert.ok(counted > 0n);
    },
  );

  withMachine("a guest is put back to one state and to another", keepInXmm7, (machine) => {
    const states = [0x1234n, 0x5678n].map((value) => ({ value, saved: save(machine, value) }));
    for (const { value, saved } of [...states, ...states]) {
      machine.restoreState(saved);
      assert.deepEqual(machine.run(soon()), hypercall(Number(value)));
    }
  });

  withMachine(
    "the control words of SSE and x87 are put back",
    // ldmxcsr, fldcw; out; stmxcsr, fnstcw; out
    [
      ...[0x0f, 0xae, 0x14, 0x25, ...at(DATA), 0xd9, 0x2c, 0x25, ...at(DATA + 4), ...OUT_TO_PUTS],
      ...[0x0f, 0xae, 0x1c, 0x25, ...at(DATA + 8), 0xd9, 0x3c, 0x25, ...at(DATA + 12), ...OUT_TO_PUTS],
      ...LOOP,
    ],
    (machine) => {
      const words = new DataView(machine.memory.bytes.buffer, machine.memory.bytes.byteOffset + DATA, 16);
      const load = (mxcsr: number, control: number): void => {
        words.setUint32(0, mxcsr, true);
        words.setUint16(4, control, true);
        machine.writeRegisters({ ...START });
        machine.run(soon());
      };
      load(0x5f80, 0x0b7f);
      const saved = machine.saveState();
      load(0x3f80, 0x077f);
      machine.restoreState(saved);
      machine.run(soon());
      assert.equal(words.getUint32(8, true), 0x5f80);
      assert.equal(words.getUint16(12, true), 0x0b7f);
    },
  );
}
