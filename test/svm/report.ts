// report.ts: tells a run as it goes: a line for each file, what failed and was skipped, the totals. Only words.
import { type FileResult, type RunEvent, type RunResult, totalsOf } from "./results.js";

/** So many skipped tests of one file are named. */
const FEW = 6;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** "3 skipped, 12 passed, 0 failed": the last two always, as `npm test` says it. */
export function counts({ passed, failed, skipped }: ReturnType<typeof totalsOf>): string {
  return `${skipped > 0 ? `${skipped} skipped, ` : ""}${passed} passed, ${failed} failed`;
}

/** The lines for one event; none for an event that is only the machine's affair. */
export function describe(event: RunEvent, milliseconds: number): string[] {
  switch (event.event) {
    case "host": {
      const { kernel, cpu, kvm, node } = event.facts;
      return [`up in ${seconds(milliseconds)}: ${kernel}; ${cpu}; ${kvm}; Node ${node}`];
    }
    case "file":
      return describeFile(event.result);
    case "start":
    case "end":
      return [];
  }
}

function describeFile(result: FileResult): string[] {
  const { file, failures, skips, milliseconds } = result;
  const mark = failures.length > 0 ? "✖" : "✔";
  return [
    `${mark} ${file}: ${counts(totalsOf([result]))} (${seconds(milliseconds)})`,
    ...failures.map(({ name, reason }) => `    ✖ ${name}: ${reason}`),
    ...describeSkips(skips),
  ];
}

/** One by one when they are few; by their reasons otherwise. */
function describeSkips(skips: FileResult["skips"]): string[] {
  if (skips.length <= FEW) return skips.map(({ name, reason }) => `    – ${name}: ${reason}`);
  const counted = new Map<string, number>();
  for (const { reason } of skips) counted.set(reason, (counted.get(reason) ?? 0) + 1);
  return [...counted].map(([reason, count]) => `    – ${count} tests: ${reason}`);
}

/** The lines after the last file. */
export function conclude(run: RunResult): string[] {
  return [
    ...(run.problem === undefined ? [] : [run.problem]),
    `${run.files.length} files in ${seconds(run.milliseconds)}: ${counts(totalsOf(run.files))}`,
  ];
}
