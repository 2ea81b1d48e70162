// choose.test.ts: which machine a monitor opens, and what it says when that is not KVM.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { MayflyError, Monitor } from "../../src/index.js";
import { app, runGuest } from "../vm/support/apps.js";
import { skip } from "./support.js";

const run = promisify(execFile);
const library = new URL("../../src/index.js", import.meta.url).href;

test("a monitor on the process machine says so, and runs the same images", { skip }, async () => {
  await using monitor = Monitor.open({ machine: "process" });
  assert.equal(monitor.machine, "process");
  assert.equal(monitor.machineReason, undefined);
  const { end, text } = await runGuest(monitor, await app("console"));
  assert.equal(end.reason, "halt", end.message);
  assert.notEqual(text, "");
});

test("a machine that does not exist is refused by its name", () => {
  const machine = "xen" as "kvm";
  assert.throws(
    () => Monitor.open({ machine }),
    (error) => error instanceof MayflyError && error.code === "OPTION_INVALID" && /xen/.test(error.message),
  );
});

const skipMount = skip || (process.getuid?.() === 0 ? false : "only root may hide /dev/kvm");

test("where /dev/kvm does not work, auto takes the process machine and says why; kvm fails with a mend", {
  skip: skipMount,
}, async () => {
  const program = `
    import { Monitor } from ${JSON.stringify(library)};
    const monitor = Monitor.open();
    console.log(JSON.stringify({ machine: monitor.machine, reason: monitor.machineReason }));
    await monitor.close();
    try { Monitor.open({ machine: "kvm" }); } catch (error) { console.log(error.name); }`;
  // A mount namespace of its own: nobody else sees it.
  const hide = existsSync("/dev/kvm") ? "mount --bind /dev/null /dev/kvm && " : "";
  const { stdout } = await run("unshare", [
    "--mount",
    "sh",
    "-c",
    `${hide}exec "$0" --input-type=module -e "$1"`,
    process.execPath,
    program,
  ]);
  const [opened, failed] = stdout.trim().split("\n");
  const { machine, reason } = JSON.parse(opened!) as { machine: string; reason: string };
  assert.equal(machine, "process");
  assert.match(reason, /KVM/);
  assert.match(failed!, /MayflyError|SystemCallError/);
});
