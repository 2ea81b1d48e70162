// report.ts: the books as tables for people. No I/O.
import Table from "cli-table3";
import type { LoadReport } from "./run-load.js";
import type { Settled } from "./settled.js";

const MOST_PROBLEMS = 30;

export function describe(report: LoadReport): string {
  const { options, accounts, faults, log, lost, before, after } = report;
  const { machine, connections, seconds, seed } = options;
  const { problems } = accounts;
  const lines = [
    `${machine}: ${connections} connections, ${seconds} s, seed ${seed}: ${accounts.begun} requests`,
    outcomes(report),
    `workers killed: ${faults.kills} (${log.deaths} while in charge, ${lost} requests lost), idle connections closed by that: ${accounts.closedIdle}, new ones: ${accounts.closedNew}`,
    `reloads asked for: ${faults.reloads} (${log.reloads} done, ${log.failedReloads} failed because new workers were killed)`,
    `lines in the log: ${log.lines}, of requests: ${log.requests}; lost with their worker: ${log.lostWithWorker}`,
    `at rest, before → after: ${footprints(before, after)}`,
    ...problems.slice(0, MOST_PROBLEMS).map((problem) => `✖ ${problem}`),
    ...(problems.length > MOST_PROBLEMS ? [`… and ${problems.length - MOST_PROBLEMS} more`] : []),
    problems.length === 0 ? "✔ every request is accounted for" : `${problems.length} problems`,
  ];
  return `${lines.join("\n")}\n`;
}

function outcomes({ accounts }: LoadReport): string {
  const table = new Table({ head: ["request", "outcome", "count"], style: { head: [], border: [] } });
  for (const [kind, counts] of accounts.sums())
    for (const [word, count] of [...counts].sort(([, one], [, other]) => other - one))
      table.push([kind, word, { content: String(count), hAlign: "right" }]);
  return table.toString();
}

function footprints(before: Settled, after: Settled): string {
  return (["supervisor", "worker"] as const)
    .map((who) => {
      const [was, is] = [before[who], after[who]];
      return `${who} ${was.pssMiB.toFixed(0)} → ${is.pssMiB.toFixed(0)} MiB, ${was.descriptors} → ${is.descriptors} descriptors`;
    })
    .join("; ");
}
