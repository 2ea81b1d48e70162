// without-kvm.ts: runs the command where KVM cannot be used, in a mount namespace of its own: nobody else notices.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bin, root } from "./mayfly.js";
import { noProcessMachine } from "./no-machine.js";

/** How KVM can be missing, and what Mayfly's reason then says. */
export const absences = [
  { how: "absent", reason: /KVM.*\/dev\/kvm: ENOENT/ },
  { how: "denied", reason: /KVM.*\/dev\/kvm: EACCES/ },
  { how: "other", reason: /KVM.*\/dev\/kvm: another device \(ENOTTY\)/ },
] as const;

export type Absence = (typeof absences)[number]["how"];

const script = join(root, "scripts", "without-kvm.sh");

/** Starts `mayfly ARGS`; stdin is closed. */
export function startWithoutKvm(how: Absence, args: readonly string[]) {
  return spawn(script, [how, process.execPath, bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Why a test cannot do so; false when it can. */
export function cannotHide(how: Absence): string | false {
  if (process.getuid?.() !== 0) return "only root may hide /dev/kvm";
  if (how !== "absent" && !existsSync("/dev/kvm")) return "there is no /dev/kvm to hide";
  const { status, stderr } = spawnSync(script, [how, "test", "-r", bin], { encoding: "utf8" });
  if (status !== 0) return `/dev/kvm cannot be hidden, or Mayfly not be read by nobody: ${stderr.trim()}`;
  return noProcessMachine();
}
