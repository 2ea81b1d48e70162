// test.mjs: the gate, then every test on every machine that works here. `npm test -- TEXT` runs only the test files whose path contains TEXT, without the gate.
//
// The last line is `N passed, N failed`; the exit status is 0 when nothing failed.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { filesUnder } from "./setup/stale.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const totalsFile = join(root, "build", "test-totals.json");
const filters = process.argv.slice(2);

const gate = filters.length > 0 || node([join(root, "scripts", "check.mjs")]) === 0;
const machines = gate ? await workingMachines() : 0;
const { passed, failed, skipped } = machines > 0 ? runTests() : { passed: 0, failed: 1, skipped: 0 };
console.log(`${skipped > 0 ? `${skipped} skipped, ` : ""}${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Says what the tests run on; where no guest can run they would all be skipped, and prove nothing. */
async function workingMachines() {
  const { openHost } = await import("../dist/src/monitor/open-host.js");
  let works = 0;
  for (const machine of ["kvm", "process"]) {
    try {
      openHost(machine).host.close();
      works += 1;
      console.log(`test: the ${machine} machine works here`);
    } catch (error) {
      console.log(`test: the ${machine} machine does not work here: ${error.message}`);
    }
  }
  if (works === 0) console.error("test: no guest can run here\n→ npm run doctor");
  return works;
}

function runTests() {
  const files = testFiles();
  if (files.length === 0) {
    console.error(
      `test: got no test file whose path contains ${filters.join(" or ")}, expected at least one`,
    );
    return { passed: 0, failed: 1, skipped: 0 };
  }
  mkdirSync(join(root, "build"), { recursive: true });
  rmSync(totalsFile, { force: true });
  const status = node([
    "--test",
    // A file is a process of its own; more than the cores would only blur the tests' deadlines.
    `--test-concurrency=${availableParallelism()}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${join(root, "scripts", "totals-reporter.mjs")}`,
    `--test-reporter-destination=${totalsFile}`,
    ...files,
  ]);
  const totals = readTotals();
  // A run that was ended from outside counts no failure, and is one.
  if (status !== 0 && totals.failed === 0) totals.failed = 1;
  return totals;
}

function testFiles() {
  const compiled = ["src", "test", "bench"].flatMap((folder) =>
    filesUnder(join(root, "dist", folder), ".test.js"),
  );
  const files = [...compiled, ...filesUnder(join(root, "scripts"), ".test.mjs")].map((file) =>
    relative(root, file),
  );
  return filters.length === 0 ? files : files.filter((file) => filters.some((text) => file.includes(text)));
}

function readTotals() {
  try {
    return JSON.parse(readFileSync(totalsFile, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function node(args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status;
}
