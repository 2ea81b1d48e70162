// walls.test.ts: a worker behind all its walls serves, and reaches nothing else.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { workerFiles } from "../../../src/gateway/workers/worker-files.js";
import { landlockAbi } from "../../../src/linux/hardening/landlock.js";
import { hasSeccomp } from "../../../src/linux/hardening/seccomp.js";
import { noKvm } from "../../support/no-machine.js";
import { ask } from "../support/client.js";
import { plan, Supervised, supervisedTest } from "./supervised.js";

const noSeccomp = !hasSeccomp() && "this kernel has no seccomp filters";
const noLandlock = landlockAbi() === 0 && "this kernel has no Landlock";

supervisedTest("a worker says which walls it is behind", plan({ word: "x" }, 1), async (test) => {
  const { walls } = await test.event("worker-ready");
  assert.equal(
    walls,
    noSeccomp === false ? "no_new_privs, seccomp" : "no walls: this kernel has neither seccomp nor Landlock",
  );
});

test("a worker under seccomp starts no program", { skip: noSeccomp }, async () => {
  const test = await Supervised.start(plan({ word: "x" }, 1));
  try {
    assert.equal((await ask(`${test.url}/program`)).body.toString(), "EPERM");
  } finally {
    await test.supervisor.close(0);
  }
});

for (const machine of ["kvm", "process"] as const)
  test(`a worker under Landlock (${machine}) reads what it serves, looks names up, and reads nothing else`, {
    skip: noLandlock,
  }, async () => {
    const [served, other] = ["served", "other"].map((name) => mkdtempSync(join(tmpdir(), `mayfly-${name}-`)));
    for (const folder of [served!, other!]) writeFileSync(join(folder, "file"), "text");
    const files = workerFiles({ machine, reads: [served!] });
    const { launch, ...rest } = plan({ word: "x" }, 1);
    const test = await Supervised.start({
      ...rest,
      launch: { ...launch, files, keepsCapabilities: machine === "process" },
    });
    const read = async (path: string) =>
      (await ask(`${test.url}/read`, { headers: { "x-file": path } })).body.toString();
    try {
      assert.match((await test.event("worker-ready")).walls, /Landlock ABI \d/);
      assert.equal(await read(join(served!, "file")), "done");
      assert.equal(await read(join(other!, "file")), "EACCES");
      assert.equal(await read("/etc/passwd"), "EACCES");
      // A root that has kept its capabilities looks into other processes' memory in spite of Landlock on newer kernels.
      if (machine === "kvm" || process.geteuid?.() !== 0)
        assert.equal(await read(`/proc/${process.pid}/environ`), "EACCES");
      assert.equal(await read("/proc/self/status"), "done");
      assert.equal((await ask(`${test.url}/lookup`)).body.toString(), "done");
      // What is bound in KVM's place may be a device that everybody needs.
      if (noKvm() === false)
        assert.equal((await ask(`${test.url}/kvm`)).body.toString(), machine === "kvm" ? "done" : "EACCES");
    } finally {
      await test.supervisor.close(0);
      for (const folder of [served!, other!]) rmSync(folder, { recursive: true });
    }
  });
