// device-access.test.ts: the command that is proposed fits what the device's group may do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessMend } from "./device-access.js";

const group = { name: "virt", isRoot: false, mayUse: true, isOurs: false };
for (const [what, changes, mend] of [
  ["of another group", {}, /^join the group that owns it: sudo usermod -aG virt \$USER/],
  [
    "of root alone",
    { name: "root", isRoot: true, mayUse: false },
    /sudo chgrp kvm .* chmod 660 .*usermod -aG kvm/,
  ],
  ["of root's group", { name: "root", isRoot: true }, /sudo chgrp kvm /],
  ["that its group may not write", { mayUse: false }, /chmod 660/],
  ["of the user's own group", { isOurs: true }, /--device \/dev\/kvm/],
] as const)
  test(`a device ${what} has its mend`, () => assert.match(accessMend({ ...group, ...changes }), mend));
