// stats-table.ts: what a VM cost, as lines for people. No I/O.
import type { VmStats } from "../../monitor/stats.js";
import { plainTable } from "../plain-table.js";

/** A table of times and memory, then exits and traps by kind. */
export function statsTable(stats: VmStats): string {
  const costs = plainTable(
    [
      ["create", ms(stats.createMs), "kernel objects and memory"],
      ["load", ms(stats.loadMs), "segments, boot information"],
      ["boot", ms(stats.bootMs), "until the first exit: the first instruction lies within"],
      ["run", ms(stats.runMs), "until the end, boot and waiting included"],
      ["close", ms(stats.closeMs), "everything given back"],
      ["CPU time", ms(stats.cpuMs), "the guest, and the monitor on its behalf"],
      ["memory", `${(stats.touchedBytes / (1 << 20)).toFixed(2)} MiB`, "touched, at the end"],
    ],
    { align: ["left", "right"] },
  );
  return [costs, counts("exits", stats.exits), counts("traps", stats.traps)].join("\n");
}

/** A line of the sum and a line for each kind, most frequent first. */
function counts(title: string, byKind: ReadonlyMap<string, number>): string {
  const rows = [...byKind].sort(([, a], [, b]) => b - a);
  const sum = rows.reduce((total, [, count]) => total + count, 0);
  return plainTable([[title, `${sum}`], ...rows.map(([kind, count]) => [`  ${kind}`, `${count}`])], {
    align: ["left", "right"],
  });
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
