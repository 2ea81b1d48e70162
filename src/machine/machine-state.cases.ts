// machine-state.cases.ts: what every machine must do to be put back: its CPU's state, and which pages were touched.
import assert from "node:assert/strict";
import type { Exit, Machine, MachineHost } from "./machine.js";
import {
  CODE,
  casesOf,
  DATA,
  LOOP,
  MEMORY_BYTES,
  OUT_TO_PUTS,
  START,
  soon,
  space,
} from "./machine-case.fixture.js";
import { differenceOf, type MachineState } from "./machine-state.js";

const PAGE = 4096;
const INVALID_OPCODE = 6;
/** Where an instruction's operand lies, as its last four bytes. */
const at = (address: number): number[] => [address & 0xff, (address >> 8) & 0xff, (address >> 16) & 0xff, 0];
const hypercall = (argument: number): Exit => ({ kind: "hypercall", port: 0x502, argument });

/** Runs all cases on one kind of machine. `skip` is the reason why it cannot be opened here. */
export function machineStateCases(kind: string, open: () => MachineHost, skip: string | false): void {
  const withMachine = casesOf(kind, open, skip);

  withMachine(
    "a guest put back goes on where its state was saved",
    [...OUT_TO_PUTS, 0xff, 0xc0, 0x48, 0xff, 0xc3, ...OUT_TO_PUTS, ...LOOP], // inc %eax; inc %rbx
    (machine) => {
      machine.writeRegisters({ ...START, rax: 5n, rbx: 0xffff_ffff_ffffn });
      assert.deepEqual(machine.run(soon()), hypercall(5));
      const saved = machine.saveState();
      for (let i = 0; i < 3; i++) {
        assert.deepEqual(machine.run(soon()), hypercall(6), "one increment, each time");
        assert.equal(machine.readRegisters().rbx, 0x1_0000_0000_0000n);
        machine.restoreState(saved);
      }
    },
  );

  withMachine(
    "registers put back can be read before the guest runs",
    [...OUT_TO_PUTS, ...LOOP],
    (machine) => {
      machine.writeRegisters({ ...START, r12: 12n, fsBase: 0x1000n });
      machine.run(soon());
      const saved = machine.saveState();
      machine.writeRegisters({ ...START, r12: 13n, fsBase: 0x2000n });
      machine.restoreState(saved);
      const { r12, fsBase, rip } = machine.readRegisters();
      assert.deepEqual({ r12, fsBase, rip }, { r12: 12n, fsBase: 0x1000n, rip: BigInt(CODE + 5) });
    },
  );

  withMachine(
    "registers written after a state was put back take its place",
    [...OUT_TO_PUTS, ...LOOP],
    (machine) => {
      machine.run(soon());
      machine.restoreState(machine.saveState());
      machine.writeRegisters({ ...START, rax: 9n });
      assert.deepEqual(machine.run(soon()), hypercall(9));
    },
  );

  withMachine(
    "an out that follows an out is not stepped over",
    [...OUT_TO_PUTS, 0xef, 0xff, 0xc0, 0xef, ...LOOP],
    (machine) => {
      assert.deepEqual(machine.run(soon()), hypercall(0));
      const saved = machine.saveState();
      for (let i = 0; i < 2; i++) {
        assert.deepEqual(machine.run(soon()), hypercall(0), "the second out");
        machine.restoreState(saved);
      }
      machine.run(soon());
      assert.deepEqual(machine.run(soon()), hypercall(1), "the third out");
    },
  );

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
  const keepInXmm7 = [0x66, 0x0f, 0x6e, 0xf8, ...OUT_TO_PUTS, ...SHOW_XMM7, ...LOOP]; // movd %eax, %xmm7
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

  withMachine(
    "segments that the guest changed itself are put back",
    // out; mov %fs:0, %rax; out; xor %eax, %eax; mov %eax, %fs; mov %eax, %ds; out
    [
      ...[...OUT_TO_PUTS, 0x64, 0x48, 0x8b, 0x04, 0x25, ...at(0), ...OUT_TO_PUTS],
      ...[0x31, 0xc0, 0x8e, 0xe0, 0x8e, 0xd8, ...OUT_TO_PUTS, ...LOOP],
    ],
    (machine) => {
      machine.memory.bytes.set([0x78, 0x56, 0x34, 0x12], DATA + 64);
      machine.writeRegisters({ ...START, fsBase: BigInt(DATA + 64) });
      machine.run(soon());
      const saved = machine.saveState();
      for (let i = 0; i < 2; i++) {
        assert.deepEqual(machine.run(soon()), hypercall(0x12345678));
        assert.deepEqual(machine.run(soon()), hypercall(0));
        machine.restoreState(saved);
        assert.equal(differenceOf(machine.saveState(), saved), undefined);
      }
    },
  );

  withMachine("a difference of two states is found", [...OUT_TO_PUTS, ...OUT_TO_PUTS, ...LOOP], (machine) => {
    machine.run(soon());
    const first = machine.saveState();
    assert.equal(differenceOf(machine.saveState(), first), undefined);
    machine.run(soon());
    assert.match(differenceOf(machine.saveState(), first) ?? "", /^reg/);
  });

  withMachine(
    "another machine goes on from a state, and its clock does not run backwards",
    [...OUT_TO_PUTS, 0x0f, 0x31, ...OUT_TO_PUTS, ...LOOP], // rdtsc
    async (machine, host) => {
      machine.writeRegisters({ ...START, rsi: 77n });
      machine.run(soon());
      const saved = machine.saveState();
      machine.run(soon());
      const second = host.create(space);
      second.memory.bytes.set(machine.memory.bytes.subarray(CODE, DATA), CODE);
      second.restoreState(saved);
      assert.equal(second.run(soon()).kind, "hypercall");
      assert.ok(ticks(second) > ticks(machine), `${ticks(second)} after ${ticks(machine)}`);
      assert.ok(ticks(second) - ticks(machine) < BigInt(host.tscHz) * 60n, "minutes went by");
      assert.equal(second.readRegisters().rsi, 77n);
      second.restoreState(saved);
      assert.equal(second.run(soon()).kind, "hypercall");
      await second.close();
    },
  );

  withMachine(
    "pages that guest or monitor touched are told, and no others",
    [0xb8, ...at(DATA + 8 * PAGE), 0x89, 0x00, ...OUT_TO_PUTS], // mov $address, %eax; mov %eax, (%rax)
    (machine) => {
      machine.trackPages();
      machine.memory.bytes[MEMORY_BYTES - 1] = 1;
      machine.run(soon());
      const touched = pagesOf(machine);
      for (const page of [CODE, DATA + 8 * PAGE, MEMORY_BYTES - PAGE])
        assert.ok(touched.has(page), `page 0x${page.toString(16)}`);
      for (const page of [DATA, DATA + 7 * PAGE, DATA + 20 * PAGE, MEMORY_BYTES - 2 * PAGE])
        assert.ok(!touched.has(page), `page 0x${page.toString(16)} was never touched`);
    },
  );

  withMachine("a huge range that was touched is told page by page once pages are tracked", [], (machine) => {
    machine.trackPages();
    machine.memory.bytes[2 << 20] = 1;
    const touched = [...pagesOf(machine)].filter((page) => page >= 2 << 20);
    assert.deepEqual(touched, [2 << 20]);
  });

  withMachine(
    "pages dropped are zeros for the guest, too",
    // out; mov (DATA), %eax; out
    [...OUT_TO_PUTS, 0x8b, 0x04, 0x25, ...at(DATA), ...OUT_TO_PUTS, ...LOOP],
    (machine) => {
      machine.memory.bytes.fill(0xaa, DATA, DATA + 2 * PAGE);
      machine.run(soon());
      machine.dropPages(DATA, DATA + PAGE);
      assert.deepEqual(machine.run(soon()), hypercall(0));
      assert.equal(machine.memory.bytes[DATA + PAGE], 0xaa, "the next page stays");
    },
  );

  withMachine(
    "pages that are there before they are written hold what they held, and no others come with them",
    [],
    (machine) => {
      machine.trackPages();
      machine.memory.bytes[DATA] = 0xaa;
      machine.populatePages(DATA, DATA + 3 * PAGE);
      assert.equal(machine.memory.bytes[DATA], 0xaa);
      assert.ok(machine.memory.bytes.subarray(DATA + 1, DATA + 3 * PAGE).every((byte) => byte === 0));
      assert.ok(!pagesOf(machine).has(DATA + 3 * PAGE));
    },
  );

  withMachine("memory whose pages were tracked is zeros for the next machine", [], async (machine, host) => {
    machine.trackPages();
    machine.memory.bytes.fill(0xaa, DATA);
    await machine.close();
    const second = host.create(space);
    assert.ok(second.memory.bytes.subarray(CODE).every((byte) => byte === 0));
    await second.close();
  });
}

function ticks(machine: Machine): bigint {
  const { rax, rdx } = machine.readRegisters();
  return (rdx << 32n) | (rax & 0xffff_ffffn);
}

/** Addresses of the touched pages. */
function pagesOf(machine: Machine): Set<number> {
  const pages = new Set<number>();
  for (const { start, end } of machine.touchedRanges())
    for (let page = start; page < end; page += PAGE) pages.add(page);
  return pages;
}
