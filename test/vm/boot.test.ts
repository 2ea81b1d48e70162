// boot.test.ts: what a guest finds at its first instruction: registers, boot info, manifest, memory, permissions.
import assert from "node:assert/strict";
import { BootInfo, HVT_FEATURE_RING_IO, MAYFLY_FEATURE_EXCHANGE } from "../../src/abi/boot-info.js";
import { MFT_RESERVED_FIRST, Mft, MftEntry, NetBasic } from "../../src/abi/manifest.js";
import { Ring } from "../../src/abi/net-ring.js";
import { blockMemory, createNetPair, type Monitor, type VmOptions } from "../../src/index.js";
import { BOOT_INFO, BOOT_PAGES_END } from "../../src/machine/memory-map.js";
import { runGuest } from "./support/apps.js";
import { DATA_ADDRESS, GuestProgram, REGISTERS } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

const MIB = 1 << 20;
const INTERRUPT_FLAG = 0x200n;

/** A guest that shows a range of its memory as it is at the start. */
async function memoryAtStart(
  monitor: Monitor,
  address: number,
  length: number,
  options: VmOptions = {},
  devices: readonly { name: string; type: "block" | "net" }[] = [],
): Promise<Uint8Array> {
  const image = new GuestProgram().show(address, length).halt().image({ devices });
  const { end, output } = await runGuest(monitor, image, options);
  assert.equal(end.reason, "halt", end.message);
  assert.equal(output.length, length);
  return output;
}

/** 64-bit words, copied: console output need not be aligned. */
function words(bytes: Uint8Array): BigUint64Array {
  return new BigUint64Array(Uint8Array.from(bytes).buffer);
}

/** What the monitor tells its guest, by the addresses in boot info. */
async function bootPages(
  monitor: Monitor,
  options: VmOptions = {},
  devices: readonly { name: string; type: "block" | "net" }[] = [],
) {
  const pages = await memoryAtStart(monitor, BOOT_INFO, BOOT_PAGES_END - BOOT_INFO, options, devices);
  const info = BootInfo.read(pages);
  const at = (address: bigint) => {
    assert.ok(address >= BigInt(BOOT_INFO) && address < BigInt(BOOT_PAGES_END));
    return pages.subarray(Number(address) - BOOT_INFO);
  };
  return { info, manifest: at(info.mft), commandLine: at(info.cmdline) };
}

machineTest("registers are what the ABI promises, and nothing of the host", async (monitor) => {
  const program = new GuestProgram();
  const saved = program.reserve(REGISTERS.length * 8);
  const flags = program.reserve(8);
  REGISTERS.forEach((register, i) => {
    program.store(register, saved + i * 8);
  });
  program.raw(0x9c).memory([0x8f], 0, flags); // pushfq; pop [flags]
  const { output } = await runGuest(
    monitor,
    program
      .show(saved, REGISTERS.length * 8)
      .show(flags, 8)
      .halt()
      .image(),
    {
      limits: { memoryMiB: 4 },
    },
  );
  const values = words(output);
  REGISTERS.forEach((register, i) => {
    const expected = register === "rdi" ? BOOT_INFO : register === "rsp" ? 4 * MIB - 8 : 0;
    assert.equal(values[i], BigInt(expected), register);
  });
  // A software KVM runs CPL 3 with the host's own interrupt flag; nothing interrupts a guest either way.
  assert.equal(values[REGISTERS.length]! & ~INTERRUPT_FLAG, 2n, "rflags");
});

machineTest("segment bases are zero and can be set by wrmsr", async (monitor) => {
  const program = new GuestProgram();
  const [before, after] = [program.reserve(16), program.reserve(16)];
  const FS_BASE = 0xc000_0100;
  const readBase = (to: number) =>
    program
      .load("rcx", FS_BASE)
      .raw(0x0f, 0x32)
      .store("rax", to)
      .store("rdx", to + 8);
  readBase(before).load("rcx", FS_BASE).load("rax", 0x1234_5000).load("rdx", 0x7).raw(0x0f, 0x30);
  readBase(after).show(before, 16).show(after, 16).halt();
  const { output, stats } = await runGuest(monitor, program.image());
  assert.deepEqual([...words(output)], [0n, 0n, 0x1234_5000n, 7n]);
  assert.equal(stats.traps.get("wrmsr FS_BASE"), 1);
});

machineTest(
  "the floating-point unit is as after a reset, and all vector registers are zero",
  async (monitor) => {
    const program = new GuestProgram();
    const [mxcsr, control, vectors] = [program.reserve(4), program.reserve(2), program.reserve(16 * 16)];
    program.memory([0x0f, 0xae], 3, mxcsr); // stmxcsr
    program.memory([0xd9], 7, control); // fnstcw
    for (let i = 0; i < 16; i++)
      program.memory(i < 8 ? [0x0f, 0x11] : [0x44, 0x0f, 0x11], i & 7, vectors + i * 16); // movups
    const { output } = await runGuest(
      monitor,
      program.show(mxcsr, 4).show(control, 2).show(vectors, 256).halt().image(),
    );
    const view = new DataView(output.buffer, output.byteOffset);
    assert.equal(view.getUint32(0, true), 0x1f80, "MXCSR");
    assert.equal(view.getUint16(4, true), 0x037f, "x87 control word");
    assert.ok(output.subarray(6).every((byte) => byte === 0));
  },
);

machineTest("floating-point state of one VM does not reach the next", async (monitor) => {
  const spoil = new GuestProgram();
  const pattern = spoil.place(new Uint8Array(16).fill(0xa5));
  const rounding = spoil.place(Uint8Array.of(0x80, 0x5f, 0, 0));
  spoil.memory([0x0f, 0xae], 2, rounding); // ldmxcsr
  for (let i = 0; i < 8; i++) spoil.memory([0x0f, 0x10], i, pattern); // movups xmm, [pattern]
  const look = new GuestProgram();
  const [mxcsr, vectors] = [look.reserve(16), look.reserve(8 * 16)];
  look.memory([0x0f, 0xae], 3, mxcsr);
  for (let i = 0; i < 8; i++) look.memory([0x0f, 0x11], i, vectors + i * 16);
  const [first, second] = [spoil.halt().image(), look.show(mxcsr, 4).show(vectors, 128).halt().image()];
  await runGuest(monitor, first);
  const { output } = await runGuest(monitor, second);
  assert.deepEqual([...output.subarray(0, 4)], [0x80, 0x1f, 0, 0]);
  assert.ok(output.subarray(4).every((byte) => byte === 0));
});

machineTest("boot info tells memory, kernel end, clock, addresses and features", async (monitor) => {
  const { info } = await bootPages(monitor, { limits: { memoryMiB: 8 } });
  assert.equal(info.mem_size, BigInt(8 * MIB));
  assert.equal(info.kernel_end, BigInt(DATA_ADDRESS + 0x4_0000));
  assert.equal(info.mft % 8n, 0n);
  assert.equal(info.host_features, MAYFLY_FEATURE_EXCHANGE);
  assert.equal(info.guest_features, 0);
  assert.equal(info.net_ring, 0n);
  assert.ok(info.cpu_cycle_freq > 500_000_000n && info.cpu_cycle_freq < 10_000_000_000n);
});

machineTest("the time-stamp counter runs at the frequency that boot info tells", async (monitor) => {
  const program = new GuestProgram();
  const [low, high] = [program.reserve(8), program.reserve(8)];
  const stamp = () => program.raw(0x0f, 0x31).store("rax", low).store("rdx", high); // rdtsc
  stamp().show(low, 8).show(high, 8);
  const image = program.forever((loop) => loop.raw(0x0f, 0x31).store("rax", low).show(low, 4)).image();
  const frequency = (await bootPages(monitor)).info.cpu_cycle_freq;
  const clock = { start: 0, ticks: 0 };
  /** What the monitor's clock is ahead of the guest's at each reading, ms: as late as the reading came, and no less. */
  const lateness: number[] = [];
  const vm = monitor.create(image, {
    limits: { memoryMiB: 4 },
    console: (bytes) => {
      if (bytes.length !== 4) return;
      const now = performance.now();
      const ticks = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
      if (lateness.length === 0) Object.assign(clock, { start: now, ticks });
      const passed = Number(BigInt.asUintN(32, BigInt(ticks - clock.ticks)));
      lateness.push(now - clock.start - passed / (Number(frequency) / 1000));
      if (lateness.length > 2 && now - clock.start > 100) vm.stop();
    },
  });
  await vm.run();
  await vm.close();
  // A busy host delays many readings, but not all: clocks that drift apart do so in the least delayed ones.
  const middle = lateness.length >> 1;
  const drift = Math.min(...lateness.slice(middle)) - Math.min(...lateness.slice(0, middle));
  assert.ok(Math.abs(drift) < 5, `${drift} ms in the second half of ${lateness.length} readings`);
});

machineTest("a net device brings the ring, above the memory that the guest is told", async (monitor) => {
  const [port] = createNetPair();
  const options = { limits: { memoryMiB: 8 }, devices: { lan: port } };
  const { info } = await bootPages(monitor, options, [{ name: "lan", type: "net" }]);
  assert.equal(info.host_features, MAYFLY_FEATURE_EXCHANGE + HVT_FEATURE_RING_IO);
  assert.equal(info.net_ring, info.mem_size);
  assert.ok(info.net_ring + BigInt(Ring.size) <= BigInt(8 * MIB));
});

machineTest(
  "the command line is the arguments joined by spaces, as UTF-8, and a zero byte",
  async (monitor) => {
    const { commandLine } = await bootPages(monitor, { args: ["--name", "Käfer", "x=1"] });
    const end = commandLine.indexOf(0);
    assert.equal(Buffer.from(commandLine.subarray(0, end)).toString(), "--name Käfer x=1");
    assert.ok(commandLine.subarray(end).every((byte) => byte === 0));
  },
);

machineTest(
  "a command line of 8191 bytes fits, one of 8192 is refused and leaves nothing behind",
  async (monitor) => {
    const { commandLine } = await bootPages(monitor, { args: ["a".repeat(8191)] });
    assert.equal(commandLine.indexOf(0), 8191);
    const image = new GuestProgram().halt().image();
    assert.throws(() => monitor.create(image, { args: ["a".repeat(8192)] }), { code: "OPTION_INVALID" });
    assert.equal(monitor.vms.size, 0);
  },
);

machineTest("the manifest says what is attached: capacity, block size, MAC and MTU", async (monitor) => {
  const [port] = createNetPair({ mac: "02:00:00:0a:0b:0c", mtu: 1400 });
  const { manifest: bytes } = await bootPages(
    monitor,
    { devices: { disk: blockMemory(65536, { sectorSize: 4096 }), lan: port } },
    [
      { name: "disk", type: "block" },
      { name: "lan", type: "net" },
    ],
  );
  assert.deepEqual(Mft.read(bytes), { version: 1, entries: 3 });
  const entry = (i: number) => MftEntry.read(bytes, Mft.size + i * MftEntry.size);
  assert.equal(entry(0).type, MFT_RESERVED_FIRST);
  const disk = new DataView(entry(1).u.buffer);
  assert.equal(disk.getBigUint64(0, true), 65536n);
  assert.equal(disk.getUint16(8, true), 4096);
  const net = NetBasic.read(entry(2).u);
  assert.deepEqual([...net.mac], [2, 0, 0, 10, 11, 12]);
  assert.equal(net.mtu, 1400);
  assert.deepEqual([entry(0).attached, entry(1).attached, entry(2).attached], [0, 1, 1]);
});

machineTest("memory behind the image is zero, also when another guest had written to it", async (monitor) => {
  const heap = 3 * MIB;
  const spoil = new GuestProgram();
  // mov rdi, heap; mov ecx, 1 MiB; mov al, 0xaa; rep stosb
  spoil.load("rdi", heap).load("rcx", MIB).load("rax", 0xaa).raw(0xf3, 0xaa).halt();
  await runGuest(monitor, spoil.image());
  const bytes = await memoryAtStart(monitor, heap, 16 * MIB - heap);
  assert.ok(Buffer.from(bytes).equals(Buffer.alloc(bytes.length)));
});

machineTest("segments are loaded where they belong, and a segment's rest is zero", async (monitor) => {
  const program = new GuestProgram();
  const filled = 0x30_0000;
  program
    .show(filled, 8192)
    .show(0x40_0000, 2 * MIB)
    .halt();
  const image = program.image({
    segments: [
      { address: filled, bytes: new Uint8Array(5000).fill(7), memoryBytes: 8192, flags: "rw-" },
      { address: 0x40_0000, memoryBytes: 2 * MIB, flags: "rw-" },
    ],
  });
  const { end, output } = await runGuest(monitor, image);
  assert.equal(end.reason, "halt", end.message);
  assert.ok(output.subarray(0, 5000).every((byte) => byte === 7));
  assert.ok(output.subarray(5000).every((byte) => byte === 0));
  assert.equal(output.length, 8192 + 2 * MIB);
});

machineTest("CPUID offers no nested virtualization", async (monitor) => {
  const program = new GuestProgram();
  const at = program.reserve(8);
  const { output } = await runGuest(
    monitor,
    program.load("rax", 1).raw(0x0f, 0xa2).store("rcx", at).show(at, 4).halt().image(),
  );
  const features = new DataView(output.buffer, output.byteOffset).getUint32(0, true);
  assert.equal(features & (1 << 5), 0, "VMX");
});

machineTest("the smallest and the largest memory boot", async (monitor) => {
  for (const memoryMiB of [3, 4096]) {
    const top = memoryMiB * MIB - 4096;
    const program = new GuestProgram().load("rbx", top).raw(0xc6, 0x03, 0x5a).show(top, 1).halt(); // mov byte [rbx], 0x5a
    const { end, output } = await runGuest(monitor, program.image(), { limits: { memoryMiB } });
    assert.equal(end.reason, "halt", end.message);
    assert.deepEqual([...output], [0x5a]);
  }
});

machineTest("an image that does not fit its memory is refused with the size it needs", async (monitor) => {
  const image = new GuestProgram().halt().image();
  assert.throws(() => monitor.create(image, { limits: { memoryMiB: 2 } }), {
    code: "MEMORY_INVALID",
    message: /got 2 MiB, expected at least 3 MiB/,
  });
});
