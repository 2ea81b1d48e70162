// machine-state.cases.ts: what every machine must do to be put back: its CPU's state, and which pages were touched.
import assert from "node:assert/strict";
import type { Machine, MachineHost } from "./machine.js";
import {
  at,
  CODE,
  casesOf,
  DATA,
  hypercall,
  LOOP,
  MEMORY_BYTES,
  OUT_TO_PUTS,
  START,
  soon,
  space,
} from "./machine-case.fixture.js";
import { differenceOf } from "./machine-state.js";
import type { PageRange } from "./page-ranges.js";

const PAGE = 4096;

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
    [...OUT_TO_PUTS, 0x0f, 0x31, 0x89, 0xd7, ...OUT_TO_PUTS, ...LOOP], // rdtsc; mov %edx, %edi: OUT_TO_PUTS takes dx
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

  withMachine(
    "who asks for the same range again is told of the pages that came and went meanwhile, whoever touched them",
    // mov %eax, address; out; twice; then a read, which takes no page of its own, and a write to the same page
    [
      ...[0x89, 0x04, 0x25, ...at(DATA + 8 * PAGE), ...OUT_TO_PUTS],
      ...[0x89, 0x04, 0x25, ...at(DATA + 9 * PAGE), ...OUT_TO_PUTS],
      ...[0x8b, 0x0c, 0x25, ...at(DATA + 12 * PAGE), ...OUT_TO_PUTS],
      ...[0x89, 0x04, 0x25, ...at(DATA + 12 * PAGE), ...OUT_TO_PUTS, ...LOOP],
    ],
    (machine) => {
      machine.trackPages();
      const within = [{ start: DATA + 8 * PAGE, end: DATA + 16 * PAGE }];
      const touched = (): number[] =>
        [8, 9, 10, 11, 12].filter((page) => pagesOf(machine, within).has(DATA + page * PAGE));
      assert.deepEqual(touched(), []);
      machine.run(soon());
      assert.deepEqual([touched(), touched()], [[8], [8]]);
      machine.run(soon());
      machine.memory.bytes[DATA + 11 * PAGE] = 1;
      assert.deepEqual(
        [touched(), touched()],
        [
          [8, 9, 11],
          [8, 9, 11],
        ],
      );
      machine.dropPages(DATA + 9 * PAGE, DATA + 10 * PAGE);
      assert.deepEqual(
        [touched(), touched()],
        [
          [8, 11],
          [8, 11],
        ],
      );
      machine.run(soon());
      const read = touched();
      machine.run(soon());
      assert.ok(touched().includes(12), `behind a read: ${read}`);
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
  const { rax, rdi } = machine.readRegisters();
  return (rdi << 32n) | rax;
}

/** Addresses of the touched pages. */
function pagesOf(machine: Machine, within?: readonly PageRange[]): Set<number> {
  const pages = new Set<number>();
  for (const { start, end } of machine.touchedRanges(within))
    for (let page = start; page < end; page += PAGE) pages.add(page);
  return pages;
}
