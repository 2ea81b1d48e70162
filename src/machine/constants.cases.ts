// constants.cases.ts: text that a machine may keep once for all VMs: every machine runs it, shows it, and lets nobody change it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AddressSpace, LARGE_PAGE } from "./address-space.js";
import type { MachineHost } from "./machine.js";
import { exception, OUT_TO_PUTS, START, soon } from "./machine-case.fixture.js";

const TEXT = LARGE_PAGE;
const DATA = 2 * LARGE_PAGE;
const MEMORY_BYTES = 3 * LARGE_PAGE;
/** mov 0x200020, %eax; out; movb $1, 0x200020 */
const CODE = [
  ...[0x8b, 0x04, 0x25, 0x20, 0x00, 0x20, 0x00],
  ...OUT_TO_PUTS,
  ...[0xc6, 0x04, 0x25, 0x20, 0x00, 0x20, 0x00, 0x01],
];
const AT_32 = [0x11, 0x22, 0x33, 0x44];

function spaceOf(content: Uint8Array): AddressSpace {
  return {
    memoryBytes: MEMORY_BYTES,
    regions: [
      { start: TEXT, end: DATA, permissions: "rx" },
      { start: DATA, end: MEMORY_BYTES, permissions: "rw" },
    ],
    constants: [{ start: TEXT, end: DATA, bytes: content }],
  };
}

function textOf(): Uint8Array {
  const text = new Uint8Array(64);
  text.set(CODE);
  text.set(AT_32, 32);
  return text;
}

export function constantsCases(kind: string, open: () => MachineHost, skip: string | false): void {
  test(`${kind}: constants are executed and read, by VMs one after the other and at once`, {
    skip,
  }, async () => {
    const host = open();
    const space = spaceOf(textOf());
    const machines = [host.create(space), host.create(space), host.create(spaceOf(textOf()))];
    try {
      for (const machine of machines) {
        machine.writeRegisters({ ...START, rip: BigInt(TEXT), rsp: BigInt(MEMORY_BYTES - 8) });
        assert.deepEqual(machine.run(soon()), { kind: "hypercall", port: 0x502, argument: 0x44332211 });
        assert.deepEqual([...machine.memory.readable(TEXT + 32, 4, "a constant")], AT_32);
        // Content ends before its region does, and data begin behind it.
        machine.memory.bytes[DATA] = 7;
        assert.deepEqual([...machine.memory.readable(DATA - 2, 4, "the end of a constant")], [0, 0, 7, 0]);
      }
    } finally {
      for (const machine of machines) await machine.close();
      host.close();
    }
  });

  test(`${kind}: a guest cannot write constants, nor can it make the monitor do so`, { skip }, async () => {
    const host = open();
    const space = spaceOf(textOf());
    const [first, second] = [host.create(space), host.create(space)];
    try {
      first.writeRegisters({ ...START, rip: BigInt(TEXT), rsp: BigInt(MEMORY_BYTES - 8) });
      first.run(soon());
      const { vector, address } = exception(first);
      assert.deepEqual([vector, address], [14, BigInt(TEXT + 32)]);
      assert.throws(() => first.memory.writable(TEXT, 4, "a constant"), /not writable/);
      assert.deepEqual([...second.memory.readable(TEXT + 32, 4, "a constant")], AT_32);
    } finally {
      await first.close();
      await second.close();
      host.close();
    }
  });
}
