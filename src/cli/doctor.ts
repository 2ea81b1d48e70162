// doctor.ts: `mayfly doctor`: prints what the doctor found, with the mend for each thing that is not well.
import { Command } from "commander";
import type { Result, Status } from "../doctor/check.js";
import { canRun, examine } from "../doctor/doctor.js";
import { type Format, type Paint, painter } from "./terminal.js";

const marks: Record<Status, { mark: string; format: Format }> = {
  ok: { mark: "✔", format: "green" },
  warn: { mark: "!", format: "yellow" },
  fail: { mark: "✖", format: "red" },
};

/** One line a check, and the mend below it. */
export function renderResults(results: readonly Result[], paint: Paint): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.flatMap(({ name, status, found, mend }) => {
    const { mark, format } = marks[status];
    const line = `${paint(format, mark)} ${name.padEnd(width)}  ${found}`;
    return mend === undefined ? [line] : [line, `${" ".repeat(width + 4)}${paint("cyan", "→")} ${mend}`];
  });
  const verdict = canRun(results)
    ? "Virtual machines can run here."
    : paint("red", "Virtual machines cannot run here.");
  return [...lines, "", verdict].join("\n");
}

/** The command, to be added to the program. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "Checks Node, both machines (KVM and the process machine, each with a trial guest) and the tools. Exit status 0: VMs can run here, on one machine at least; 1: they cannot.",
    )
    .option("--json", "print one JSON array of {name, status, found, mend}")
    .action(async (options: { json?: true }) => {
      const results = await examine();
      const output = options.json
        ? JSON.stringify(results, null, 2)
        : renderResults(results, painter(process.stdout));
      process.stdout.write(`${output}\n`);
      process.exitCode = canRun(results) ? 0 : 1;
    });
}
