// hardware-table.ts: the result of both KVMs side by side, as the part of docs/hardware.md between two marks. Pure.
import { counts } from "./report.js";
import { type FileResult, type HostFacts, type RunResult, totalsOf } from "./results.js";

const BEGIN = "<!-- written by npm run test:svm -- --write-docs: begin -->";
const END = "<!-- written by npm run test:svm -- --write-docs: end -->";

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** The page with what stands between the marks replaced. */
export function writtenInto(page: string, host: RunResult, svm: RunResult): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Error(`docs/hardware.md: got no marks, expected "${BEGIN}" before "${END}"`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n${tables(host, svm)}\n${page.slice(end)}`;
}

function tables(host: RunResult, svm: RunResult): string {
  const files = [...new Set([...host.files, ...svm.files].map((result) => result.file))].sort();
  const fact = (name: string, key: keyof HostFacts): string =>
    row(name, host.facts?.[key] ?? "did not start", svm.facts?.[key] ?? "did not start");
  return [
    row("", "this machine", "QEMU's emulated SVM"),
    row("---", "---", "---"),
    fact("KVM", "kvm"),
    fact("CPU", "cpu"),
    fact("kernel", "kernel"),
    fact("Node", "node"),
    row("tests", counts(totalsOf(host.files)), counts(totalsOf(svm.files))),
    row("time, start included", seconds(host.milliseconds), seconds(svm.milliseconds)),
    ...files.map((file) => row(`\`${file}\``, cell(host.files, file), cell(svm.files, file))),
    ...remarks("this machine", host),
    ...remarks("QEMU's emulated SVM", svm),
    "",
  ].join("\n");
}

function cell(files: readonly FileResult[], file: string): string {
  const result = files.find((one) => one.file === file);
  return result === undefined
    ? "did not run"
    : `${counts(totalsOf([result]))}, ${seconds(result.milliseconds)}`;
}

/** More than this many tests are told by their number: the page is for people. */
const MOST_NAMES = 12;

/** The failures by name, their reasons being in the run's output; skips by reason, as many tests may share one. */
function remarks(where: string, run: RunResult): string[] {
  const groups = new Map<string, string[]>();
  const note = (key: string, name: string): void => void groups.set(key, [...(groups.get(key) ?? []), name]);
  for (const { failures, skips } of run.files) {
    for (const { name } of failures) note("failed", name);
    for (const { name, reason } of skips) note(`skipped (${reason})`, name);
  }
  if (run.problem !== undefined) note("not complete", run.problem.split("\n", 1)[0] ?? "");
  if (groups.size === 0) return [];
  return [
    "",
    `On ${where}:`,
    "",
    ...[...groups].map(([key, names]) => `- ${plain(`${key}: ${listed(names)}`)}`),
  ];
}

function listed(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${names.length} tests` : names.join("; ");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map(plain).join(" | ")} |`;
}

/** A bar would end the cell. */
function plain(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
