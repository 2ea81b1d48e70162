// runner.test.ts: the runner and who follows it, on test files made here: passing, failing, skipping, empty, crashing, endless.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { runOnHost } from "./machines.js";
import { type FileResult, type RunResult, succeeded } from "./results.js";

const MINUTE_MS = 60_000;

function runTexts(
  context: TestContext,
  texts: Record<string, string>,
  timeLimitMs = MINUTE_MS,
): Promise<RunResult> {
  const project = mkdtempSync(join(tmpdir(), "mayfly-runner-"));
  context.after(() => rmSync(project, { recursive: true }));
  for (const [file, text] of Object.entries(texts)) {
    writeFileSync(join(project, file), `import { suite, test } from "node:test";\n${text}`);
  }
  return runOnHost(project, Object.keys(texts), { timeLimitMs, onEvent: () => {} });
}

async function runText(context: TestContext, text: string): Promise<FileResult> {
  const { files } = await runTexts(context, { "one.test.mjs": text });
  assert.equal(files.length, 1);
  return files[0]!;
}

/** A process that ended but was not waited for has no command line. */
function isRunning(pid: number): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  return existsSync(commandLine) && readFileSync(commandLine).length > 0;
}

test("a run counts passed, failed and skipped tests, with their reasons", async (context) => {
  const result = await runText(
    context,
    `suite("outer", () => {
       test("good", () => {});
       test("bad", () => { throw new Error("got 1,\\n  expected 2"); });
     });
     test("absent", { skip: "no such device" }, () => {});`,
  );
  assert.equal(result.passed, 1);
  assert.deepEqual(result.failures, [{ name: "bad", reason: "got 1, expected 2" }]);
  assert.deepEqual(result.skips, [{ name: "absent", reason: "no such device" }]);
});

test("a file without a test fails", async (context) => {
  const result = await runText(context, "");
  assert.deepEqual(result.failures, [
    { name: "the file itself", reason: "got no test, expected at least one" },
  ]);
});

test("a file that kills its process fails, and the next one runs", async (context) => {
  const run = await runTexts(context, {
    "a.test.mjs": `test("dies", () => process.kill(process.pid, "SIGSEGV"));`,
    "b.test.mjs": `test("lives", () => {});`,
  });
  assert.deepEqual(
    run.files.map(({ passed, failures }) => [passed, failures.length]),
    [
      [0, 1],
      [1, 0],
    ],
  );
  assert.equal(run.problem, undefined);
  assert.equal(succeeded(run), false);
});

test("a run names the machine and succeeds when all passes", async (context) => {
  const run = await runTexts(context, { "a.test.mjs": `test("passes", () => {});` });
  assert.equal(run.facts?.node, process.version);
  assert.match(run.facts?.kernel ?? "", /^Linux \d/);
  assert.equal(succeeded(run), true);
});

test("a run that takes too long is ended with all its processes, and says which file ran", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-endless-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const pidFile = join(folder, "pid");
  const endless = `import { writeFileSync } from "node:fs";
    writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
    test("endless", () => new Promise((resolve) => setTimeout(resolve, 1e6)));`;
  const run = await runTexts(context, { "endless.test.mjs": endless }, 3000);
  assert.equal(run.problem, "got no end within 0.05 minutes, while endless.test.mjs ran");
  // It was told to end; it may take a moment.
  const pid = Number(readFileSync(pidFile, "utf8"));
  for (let i = 0; i < 100 && isRunning(pid); i++) await setTimeout(50);
  assert.equal(isRunning(pid), false);
  assert.equal(succeeded(run), false);
});
