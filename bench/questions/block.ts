// block.ts: 4 KiB reads, one after the other, by a guest: from memory, and from a file that the host's page cache holds.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BlockBackend, blockFile, blockMemory, ConsoleCollector } from "../../src/index.js";
import { type Context, MEMORY_MIB, type Question } from "../context.js";
import { takeTurns } from "../harness.js";
import { median } from "../statistics.js";

const DISK_BYTES = 16 << 20;
/** The device's name in the manifest of guest/apps/block. */
const DEVICE = "storage";

export const block: Question = {
  name: "block",
  asks: "how long does a 4 KiB read take, from a file in the page cache and from memory?",
  async measure(context) {
    const path = join(context.scratch, "disk.img");
    await writeFile(path, Buffer.alloc(DISK_BYTES, 0x5a));
    const reads = context.times(1000, 50);
    const { file, memory, solo5 } = await takeTurns<"file" | "memory" | "solo5", number>(
      {
        file: async () => [await readInside(context, reads, blockFile(path, { readOnly: true }))],
        memory: async () => [await readInside(context, reads, blockMemory(Buffer.alloc(DISK_BYTES)))],
        solo5: async () => await readUnderSolo5(context, reads, path),
      },
      {
        rounds: context.times(15, 1),
        warmUp: context.times(2, 0),
        progress: (done, of) => context.progress(`round ${done} of ${of}`),
      },
    );
    const beside = solo5.flat().length === 0 ? {} : { solo5: median(solo5.flat()) };
    const microseconds = median(file.flat());
    return [
      {
        name: "block read 4 KiB, file",
        value: microseconds,
        unit: "µs",
        note: "in the page cache",
        ...beside,
      },
      { name: "block read 4 KiB, memory", value: median(memory.flat()), unit: "µs" },
      { name: "block reads, file", value: 1e6 / microseconds, unit: "reads/s" },
    ];
  },
};

async function readInside(context: Context, reads: number, disk: BlockBackend): Promise<number> {
  const output = new ConsoleCollector(1024);
  await using vm = context.monitor.create(await context.image("block"), {
    args: ["bench", String(reads)],
    limits: { memoryMiB: MEMORY_MIB },
    devices: { [DEVICE]: disk },
    console: output.sink,
  });
  await vm.run();
  return parseMicroseconds(output.text());
}

async function readUnderSolo5({ hvt, imagePath }: Context, reads: number, path: string): Promise<number[]> {
  if (hvt === undefined) return [];
  const options = [`--block:${DEVICE}=${path}`];
  return [
    parseMicroseconds(await hvt.run(MEMORY_MIB, imagePath("block"), ["bench", String(reads)], options)),
  ];
}

/** "COUNT blocks in NS ns", by the guest's own clock; microseconds a block. */
function parseMicroseconds(output: string): number {
  const match = /(\d+) blocks in (\d+) ns/.exec(output);
  if (match === null) throw new Error(`block: got ${JSON.stringify(output)}, expected a time`);
  return Number(match[2]) / 1e3 / Number(match[1]);
}
