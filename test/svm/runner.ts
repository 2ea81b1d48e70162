// runner.ts: runs test files one by one and prints an event a line. The same program on the host and in the guest.
//
// `node runner.js PROJECT FILE…`, each FILE a compiled test, relative to PROJECT. Needs nothing but Node.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { run } from "node:test";
import { sourceOf } from "./files.js";
import { hostFacts } from "./host-facts.js";
import { type FileResult, formatEvent, type NamedReason, type RunEvent } from "./results.js";

/** A file that hangs must not take the others' time with it. Under emulation the slowest take about a minute. */
const FILE_LIMIT_MS = 5 * 60 * 1000;

/** Characters of a failure that the report shows; the rest is for a run of that file by itself. */
const LONGEST_REASON = 300;

/** A slow serial port may take only part of a line at once. */
function print(event: RunEvent): void {
  const line = Buffer.from(formatEvent(event));
  for (let written = 0; written < line.length; ) written += writeSync(1, line, written);
}

async function runFile(path: string, file: string): Promise<FileResult> {
  const start = performance.now();
  const failures: NamedReason[] = [];
  const skips: NamedReason[] = [];
  let passed = 0;
  const events = run({ files: [path], concurrency: 1, timeout: FILE_LIMIT_MS, signal: ended.signal });
  events.on("test:pass", ({ name, details, skip, todo }) => {
    // A suite's verdict is its tests'. A file without a test is reported as one that passed.
    if (details.type === "suite" || name === path) return;
    const reason = skip ?? todo;
    if (reason === undefined || reason === false) passed += 1;
    else skips.push({ name, reason: typeof reason === "string" ? reason : "no reason given" });
  });
  events.on("test:fail", ({ name, details }) => {
    // A suite, or the file, fails because a test in it did: that one is counted already.
    const { code, failureType } = details.error as { code?: string; failureType?: string };
    if (code === "ERR_TEST_FAILURE" && failureType === "subtestsFailed") return;
    if (name === path && failures.length > 0) return;
    failures.push({ name: name === path ? "the file itself" : name, reason: reasonOf(details.error) });
  });
  events.resume();
  await new Promise((resolve) => events.once("end", resolve));
  if (passed + failures.length + skips.length === 0) {
    failures.push({ name: "the file itself", reason: "got no test, expected at least one" });
  }
  return { file, passed, failures, skips, milliseconds: Math.round(performance.now() - start) };
}

/** What a test threw, on one line; node:test wraps it. */
function reasonOf(error: Error): string {
  const message = error.cause instanceof Error ? error.cause.message : error.message;
  const line = message.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST_REASON ? line : `${line.slice(0, LONGEST_REASON)} …`;
}

const ended = new AbortController();
// The file's process would outlive this one.
process.once("SIGTERM", () => ended.abort());

const [project, ...files] = process.argv.slice(2);
if (project === undefined) throw new Error("runner: got no project folder, expected one");
process.chdir(project);
print({ event: "host", facts: hostFacts() });
for (const compiled of files) {
  const file = sourceOf(compiled);
  print({ event: "start", file });
  const result = await runFile(join(project, compiled), file);
  if (ended.signal.aborted) process.exit(1);
  print({ event: "file", result });
}
print({ event: "end" });
