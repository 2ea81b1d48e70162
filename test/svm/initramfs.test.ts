// initramfs.test.ts: the job that the guest's shell reads, read by a shell.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { packInitramfs } from "./initramfs.js";

test("packInitramfs writes the job so that a shell reads every path as it is", () => {
  const archive = packInitramfs(
    "#!/bin/busybox sh\n",
    { modules: [{ name: "kvm", bytes: Buffer.from("module") }], busybox: Buffer.from("busybox") },
    {
      node: "/opt/no de/bin/node",
      runner: "/it's/runner.js",
      project: "/$HOME",
      files: ["dist/a.test.js", "dist/b.test.js"],
      environment: { SOLO5_TESTS: "/a b" },
    },
  ).toString("latin1");
  assert.match(archive, /modules\/00-kvm\.ko/);
  const job = archive.slice(archive.indexOf("NODE="), archive.indexOf("\0", archive.indexOf("NODE=")));
  const script = `${job.slice(0, job.lastIndexOf("\n"))}
    printf '%s\\n' "$NODE" "$RUNNER" "$PROJECT" $FILES; env | grep ^SOLO5_TESTS`;
  const read = execFileSync("sh", ["-c", script], { encoding: "utf8" });
  assert.deepEqual(read.trim().split("\n"), [
    "/opt/no de/bin/node",
    "/it's/runner.js",
    "/$HOME",
    "dist/a.test.js",
    "dist/b.test.js",
    "SOLO5_TESTS=/a b",
  ]);
});
