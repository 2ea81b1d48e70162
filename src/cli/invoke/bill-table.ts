// bill-table.ts: what a call cost, and how long many of them took, as lines for people. No I/O.
import type { Bill } from "../../function/bill.js";
import { plainTable } from "../plain-table.js";

/** Times, bytes and memory of a call, then its exits and traps by kind. */
export function billTable(bill: Bill): string {
  const { wait, start, run, rest, reset } = bill.wallMs;
  const costs = plainTable(
    [
      ["start", ms(start), "a VM from the function's snapshot, when none was there"],
      ["wait", ms(wait - start), "for a VM, and for the request's body"],
      ["run", ms(run), "until the response's head was there"],
      ["rest", ms(rest), "until the guest was done"],
      ["reset", ms(reset), "the VM put back, behind the response"],
      ["CPU time", ms(bill.cpuMs), "the guest, and the monitor on its behalf"],
      ["bytes in", `${bill.bytesIn}`, "of the request's body"],
      ["bytes out", `${bill.bytesOut}`, "of the response's"],
      ["memory", `${(bill.memoryBytes / (1 << 20)).toFixed(2)} MiB`, "resident in the guest"],
    ],
    { align: ["left", "right"] },
  );
  return [costs, counts("exits", bill.exits), counts("traps", bill.traps)].join("\n");
}

/** The times of many calls, ms. */
export function percentiles(times: readonly number[]): { name: string; ms: number }[] {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return [
    { name: "first", ms: times[0]! },
    { name: "p50", ms: at(0.5) },
    { name: "p90", ms: at(0.9) },
    { name: "p99", ms: at(0.99) },
    { name: "max", ms: sorted.at(-1)! },
  ];
}

export function percentileTable(times: readonly number[]): string {
  const rows = percentiles(times).map((each) => [each.name, ms(each.ms)]);
  return plainTable([["calls", `${times.length}`], ...rows], { align: ["left", "right"] });
}

function counts(title: string, byKind: Readonly<Record<string, number>>): string {
  const rows = Object.entries(byKind).sort(([, a], [, b]) => b - a);
  const sum = rows.reduce((total, [, count]) => total + count, 0);
  return plainTable([[title, `${sum}`], ...rows.map(([kind, count]) => [`  ${kind}`, `${count}`])], {
    align: ["left", "right"],
  });
}

function ms(value: number): string {
  return `${value.toFixed(3)} ms`;
}
