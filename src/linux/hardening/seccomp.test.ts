// seccomp.test.ts: the filter at work: a process that has installed it can do what Node needs, and nothing that it forbids.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { hasSeccomp } from "./seccomp.js";

const program = fileURLToPath(new URL("hardened.fixture.js", import.meta.url));
const skip = !hasSeccomp() && "this kernel has no seccomp filters that end a process";

for (const tenant of ["kvm", "process"] as const) {
  test(`${tenant}: a filtered process has threads, sockets, names and files, and nothing else`, {
    skip,
  }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, tenant], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const { threads, never, ...results } = JSON.parse(stdout);
    assert.ok(threads > 5, "Node's own threads and libuv's");
    assert.deepEqual(results, {
      filtered: threads,
      noNewPrivileges: threads,
      program: "refused",
      ptrace: tenant === "kvm" ? "EPERM" : "ESRCH",
      rawSocket: "EPERM",
      packetSocket: "EPERM",
      thread: "done",
      exchange: "done",
      lookup: "done",
      file: "done",
    });
    for (const [name, errno] of Object.entries(never)) assert.equal(errno, "EPERM", name);
  });
}
