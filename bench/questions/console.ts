// console.ts: a mebibyte of console output, written by the guest in pieces of 64 KiB: an exit for each piece, not for each byte.

import { MEMORY_MIB, type Question } from "../context.js";
import { timed } from "../harness.js";
import { median, sum } from "../statistics.js";

const OUTPUT_BYTES = 1 << 20;
const PIECE_BYTES = 64 << 10;

export const consoleOutput: Question = {
  name: "console",
  asks: "how many exits does 1 MiB of console output take?",
  async measure(context) {
    const image = await context.image("console");
    const args = [OUTPUT_BYTES, PIECE_BYTES].map(String);
    const exits: number[] = [];
    const times: number[] = [];
    for (let i = context.times(20, 2); i > 0; i--) {
      let written = 0;
      const sink = (bytes: Uint8Array): void => {
        written += bytes.length;
      };
      const limits = { memoryMiB: MEMORY_MIB };
      await using vm = context.monitor.create(image, { args, limits, console: sink });
      times.push(await timed(() => vm.run()));
      exits.push(sum([...vm.stats.exits.values()]));
      if (written !== OUTPUT_BYTES)
        throw new Error(`console: got ${written} bytes, expected ${OUTPUT_BYTES}`);
    }
    return [
      {
        name: "console exits, 1 MiB",
        value: Math.max(...exits),
        unit: "exits",
        bound: { atMost: 20 },
        note: "in pieces of 64 KiB, halt included; a serial port takes a million",
      },
      { name: "console output, 1 MiB", value: median(times), unit: "ms", note: "first instruction to halt" },
    ];
  },
};
