// hardware-table.test.ts: what two runs become on the page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { writtenInto } from "./hardware-table.js";
import type { RunResult } from "./results.js";

const page = readFileSync("docs/hardware.md", "utf8");

function aRun(kvm: string, part: Partial<RunResult> = {}): RunResult {
  return {
    facts: { kernel: "Linux 6", cpu: "A|B", kvm, node: "v20" },
    files: [{ file: "src/a.test.ts", passed: 2, failures: [], skips: [], milliseconds: 1234 }],
    problem: undefined,
    milliseconds: 5000,
    ...part,
  };
}

test("the tables stand between the marks, and the rest of the page stays", () => {
  const first = writtenInto(page, aRun("kvm_intel"), aRun("kvm_amd"));
  assert.match(first, /\| KVM \| kvm_intel \| kvm_amd \|/);
  assert.match(first, /\| CPU \| A\\\|B \| A\\\|B \|/);
  assert.match(first, /\| `src\/a\.test\.ts` \| 2 passed, 0 failed, 1\.2 s \| 2 passed, 0 failed, 1\.2 s \|/);
  const [begin, end] = [page.indexOf("begin -->"), page.indexOf("<!-- written", page.indexOf("begin -->"))];
  assert.equal(first.startsWith(page.slice(0, begin)), true);
  assert.equal(first.endsWith(page.slice(end)), true);
  assert.equal(writtenInto(first, aRun("kvm_intel"), aRun("kvm_amd")), first);
});

test("a file that only one of them ran, a failure and a skip are told", () => {
  const failed = aRun("kvm_amd", {
    files: [
      {
        file: "src/b.test.ts",
        passed: 0,
        failures: [{ name: "adds", reason: "got 3" }],
        skips: [
          { name: "one", reason: "no TAP" },
          { name: "two", reason: "no TAP" },
        ],
        milliseconds: 10,
      },
    ],
    problem: "got no end within 1 minutes, while src/c.test.ts ran\nconsole",
  });
  const written = writtenInto(page, aRun("kvm_intel"), failed);
  assert.match(written, /\| `src\/a\.test\.ts` \| 2 passed.* \| did not run \|/);
  assert.match(written, /\| `src\/b\.test\.ts` \| did not run \| 2 skipped, 0 passed, 1 failed/);
  assert.match(written, /- failed: adds\n/);
  assert.match(written, /- skipped \(no TAP\): one; two\n/);
  assert.match(written, /- not complete: got no end within 1 minutes, while src\/c\.test\.ts ran\n/);
});

test("a reason that many tests share is told with their number", () => {
  const skips = Array.from({ length: 40 }, (_, i) => ({ name: `test ${i}`, reason: "no TAP" }));
  const file = { file: "src/b.test.ts", passed: 1, failures: [], skips, milliseconds: 10 };
  const written = writtenInto(page, aRun("kvm_intel"), aRun("kvm_amd", { files: [file] }));
  assert.match(written, /- skipped \(no TAP\): 40 tests\n/);
});

test("a page without the marks is refused", () => {
  assert.throws(() => writtenInto("# Hardware", aRun("a"), aRun("b")), /got no marks/);
});
