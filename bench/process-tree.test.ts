// process-tree.test.ts: who belongs to a tree, and what the kernel's texts say of memory and threads.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { parseStat, processTree, proportionalBytes, treeOf, treeThreads } from "./process-tree.js";

test("a tree has children and their children, and nobody else", () => {
  const stat = (pid: number, parent: number) => ({ pid, parent, threads: 1 });
  // A process may have a smaller number than its parent.
  const all = [stat(1, 0), stat(7, 9), stat(9, 20), stat(20, 1), stat(21, 1), stat(22, 20)];
  assert.deepEqual(
    treeOf(20, all).map(({ pid }) => pid),
    [20, 9, 22, 7],
  );
  assert.deepEqual(treeOf(99, all), []);
});

test("a stat is read behind a name with blanks and parentheses", () => {
  const stat = "42 (a) (b c) S 7 42 42 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 11 0 1 2 3";
  assert.deepEqual(parseStat(stat), { pid: 42, parent: 7, threads: 11 });
  assert.equal(parseStat(""), undefined);
});

test("memory is what is no file, and nothing of a process that is gone", () => {
  const rollup =
    "Rss: 900 kB\nPss:      800 kB\nPss_Anon:      3 kB\nPss_File:    700 kB\nPss_Shmem:     4 kB\n";
  assert.equal(proportionalBytes(rollup), 7 * 1024);
  assert.equal(proportionalBytes(""), 0);
  assert.throws(() => proportionalBytes("Pss: 5 kB\n"), /got 0 of Pss_Anon and Pss_Shmem/);
});

test("a grandchild belongs to this process's tree, threads included", async () => {
  const before = treeThreads(process.pid);
  const shell = spawn("sh", ["-c", "sh -c 'echo up; read line'; true"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(shell.stdout, "data");
  assert.ok(treeThreads(process.pid) >= before + 2);
  assert.ok(processTree(process.pid).some(({ parent }) => parent === shell.pid));
  shell.stdin.end();
  await once(shell, "exit");
});
