// fuzz.test.ts: thousands of guests that nobody wrote, in real VMs: each ends with a reason, nothing escapes, nothing is left behind.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import {
  blockMemory,
  createNetPair,
  type Image,
  MayflyError,
  type Monitor,
  parseImage,
  type VmEnd,
  type VmEndReason,
  type VmOptions,
} from "../../src/index.js";
import { buildImage, TEXT_ADDRESS } from "../support/image-builder.js";
import { GuestProgram } from "./support/guest-program.js";
import { change, hostileCall, hostileCode, MEMORY_BYTES, SEED, spoil } from "./support/hostile.js";
import { isSlowHost, machineTest } from "./support/machines.js";

/** Images that parse are booted, each for this long at most. */
const limits = {
  memoryMiB: MEMORY_BYTES >> 20,
  cpuTimeMs: isSlowHost ? 50 : 3,
  wallTimeMs: isSlowHost ? 500 : 30,
};
const CASES = isSlowHost ? { images: 300, code: 60, calls: 60 } : { images: 2000, code: 800, calls: 400 };

/** Every way in which a guest may end. That the machine gives up would be a hole in the monitor's reckoning. */
const ENDS: ReadonlySet<VmEndReason> = new Set([
  "halt",
  "wall-time-limit",
  "cpu-time-limit",
  "bad-pointer",
  "bad-hypercall",
  "exception",
  "triple-fault",
  "privileged-instruction",
  "memory-limit",
  "exchange-violation",
]);

/** Descriptors that a machine may keep for the next VM. */
const POOLED = 8;

const devices = [
  { name: "disk", type: "block" },
  { name: "lan", type: "net" },
] as const;

/** What the image declares, whatever it is. */
function attach(image: Image): VmOptions {
  const attached = image.devices.map(({ name, type }) => [
    name,
    type === "block" ? blockMemory(8192) : createNetPair()[0],
  ]);
  return { limits, devices: Object.fromEntries(attached) };
}

async function boot(monitor: Monitor, image: Image): Promise<VmEnd> {
  const vm = monitor.create(image, attach(image));
  try {
    const end = await vm.run();
    assert.ok(ENDS.has(end.reason), `${end.reason}: ${end.message}`);
    return end;
  } finally {
    await vm.close();
  }
}

/** Runs a property for so many cases, and checks that the process holds no more afterwards. Returns how the guests ended. */
async function endure<T>(
  monitor: Monitor,
  cases: number,
  arbitrary: fc.Arbitrary<T>,
  makeImage: (input: T) => Image | Promise<Image | undefined>,
): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  const before = readdirSync("/proc/self/fd").length;
  const property = fc.asyncProperty(arbitrary, async (input) => {
    const image = await makeImage(input);
    if (image === undefined) return;
    const { reason } = await boot(monitor, image);
    ends.set(reason, (ends.get(reason) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: cases, seed: SEED, endOnFailure: true });
  assert.equal(monitor.vms.size, 0);
  const after = readdirSync("/proc/self/fd").length;
  assert.ok(after <= before + POOLED, `${after} descriptors, ${before} before ${cases} VMs`);
  return ends;
}

machineTest(`${CASES.images} spoilt images are refused, or run and end`, async (monitor, context) => {
  const original = buildImage({
    devices,
    segments: [
      { address: TEXT_ADDRESS + 0x2000, bytes: new Uint8Array(100).fill(0x90), flags: "rw-" },
      { address: TEXT_ADDRESS + 0x3000, memoryBytes: 1 << 20, flags: "rw-" },
    ],
    symbols: [{ name: "_start", address: TEXT_ADDRESS }],
  });
  const changes = fc.array(change, { minLength: 1, maxLength: 3 });
  const ends = await endure(monitor, CASES.images, changes, async (some) => {
    try {
      const image = parseImage(spoil(original, some), "mutant");
      // Also refused: what does not fit into the memory, and needs more tables than there is room for.
      await monitor.create(image, attach(image)).close();
      return image;
    } catch (error) {
      if (error instanceof MayflyError) return undefined;
      throw error;
    }
  });
  context.diagnostic(JSON.stringify([...ends]));
  const booted = [...ends.values()].reduce((sum, count) => sum + count, 0);
  assert.ok(booted > CASES.images / 20, `${booted} of ${CASES.images} were booted: the changes are too wild`);
});

machineTest(`${CASES.code} guests of random instructions end`, async (monitor, context) => {
  const ends = await endure(monitor, CASES.code, hostileCode, (code) =>
    new GuestProgram().raw(...code).image({ devices }),
  );
  context.diagnostic(JSON.stringify([...ends]));
  assert.ok(ends.size >= 5, "the code is too tame");
});

machineTest(
  `${CASES.calls} guests that make hypercalls with random arguments end`,
  async (monitor, context) => {
    const calls = fc.array(hostileCall, { minLength: 1, maxLength: 12 });
    const ends = await endure(monitor, CASES.calls, calls, (some) => {
      const program = new GuestProgram();
      for (const { port, argument, at } of some) program.out(port, at ?? program.place(argument));
      return program.halt().image({ devices });
    });
    context.diagnostic(JSON.stringify([...ends]));
    assert.ok(ends.has("bad-pointer") && ends.has("halt"));
  },
);
