// landlock.test.ts: Landlock at work: a process that has executed itself under rules reads what they allow, with all its threads.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LandlockRule, landlockAbi, restrictFiles } from "./landlock.js";

const program = fileURLToPath(new URL("landlocked.fixture.js", import.meta.url));
const project = fileURLToPath(new URL("../../../..", import.meta.url));
const skip = landlockAbi() === 0 && "this kernel has no Landlock (npm run test:svm has one)";

test("under Landlock, rules allow what they name to every thread, and nothing else is left", { skip }, () => {
  const folders = ["allowed", "forbidden"].map((name) => mkdtempSync(join(tmpdir(), `mayfly-${name}-`)));
  try {
    for (const folder of folders) writeFileSync(join(folder, "file"), "text");
    const rules: LandlockRule[] = [
      { access: "execute", path: process.execPath },
      ...["/lib", "/lib64", "/usr/lib"].map((path) => ({ access: "execute", path }) as const),
      ...["/etc/ld.so.cache", "/etc/ssl", "/proc", project].map(
        (path) => ({ access: "read", path }) as const,
      ),
      { access: "read", path: folders[0]! },
      { access: "device", path: "/dev/null" },
      { access: "read", path: "/does/not/exist" },
    ];
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [program, JSON.stringify(rules), ...folders],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    const { abi, ...results } = JSON.parse(stdout);
    assert.ok(abi > 0);
    assert.deepEqual(results, {
      read: "done",
      readByPool: "done",
      list: "done",
      write: "EACCES",
      create: "EACCES",
      makeFolder: "EACCES",
      move: "EACCES",
      readForbidden: "EACCES",
      readForbiddenByPool: "EACCES",
      readForbiddenByThread: "EACCES",
      writeForbiddenByPool: "EACCES",
      listForbidden: "EACCES",
    });
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
});

test("without Landlock nothing is restricted, and that is said", {
  skip: landlockAbi() > 0 && "this kernel has it",
}, () => {
  assert.equal(restrictFiles([{ access: "read", path: "/" }]), 0);
});
