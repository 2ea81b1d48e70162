// system.test.mjs: what is missing is seen, and the command that installs it is one line that works.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTree } from "../with-tree.mjs";
import { installCommand, kvmProblem, missingTools, packageManager } from "./system.mjs";

test("tools that are not in the PATH are missing, and those that are there are not", () => {
  withTree({ "bin/cc": "" }, (root) => {
    const missing = missingTools(join(root, "bin")).map(({ name }) => name);
    assert.ok(!missing.includes("cc"));
    assert.ok(missing.includes("ld"));
  });
});

test("the install command names each package once, with sudo for those who are not root", () => {
  withTree({ "bin/apt-get": "" }, (root) => {
    const manager = packageManager(join(root, "bin"));
    const missing = missingTools(join(root, "bin")).slice(0, 2);
    const install = "apt-get install -y --no-install-recommends gcc binutils";
    assert.equal(installCommand(manager, missing, true), `apt-get update && ${install}`);
    assert.equal(installCommand(manager, missing, false), `sudo apt-get update && sudo ${install}`);
  });
});

test("without a known package manager the tools are named", () => {
  assert.equal(packageManager(""), undefined);
  assert.match(installCommand(undefined, missingTools("")), /^install cc, ld/);
});

test("KVM's absence is a problem, and an accessible device is none", () => {
  withTree({ kvm: "" }, (root) => {
    chmodSync(join(root, "kvm"), 0o600);
    assert.equal(kvmProblem(join(root, "kvm")), undefined);
    assert.match(kvmProblem(join(root, "absent")), /is absent$/);
  });
});
