// machines.ts: runs the test files on one machine: the host itself, or QEMU's emulation of an AMD CPU with SVM.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collect, type Watch } from "./collect.js";
import { NO_KVM } from "./host-facts.js";
import { type Job, packInitramfs } from "./initramfs.js";
import { type Parts, qemu } from "./parts.js";
import type { RunResult } from "./results.js";

const runner = fileURLToPath(new URL("runner.js", import.meta.url));

/** Runs them on the host's own KVM. */
export function runOnHost(project: string, files: readonly string[], watch: Watch): Promise<RunResult> {
  const child = spawn(process.execPath, [runner, project, ...files], {
    // Inside a test of node:test, the runner would take itself for one of its files.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return collect(child, watch);
}

/**
 * Runs them under emulation. The machine sees the host's files read-only, has no network, and is gone afterwards.
 *
 * @param cache a folder for the initramfs and the kernel's messages
 */
export async function runInGuest(
  project: string,
  files: readonly string[],
  parts: Parts,
  cache: string,
  watch: Watch,
): Promise<RunResult> {
  mkdirSync(cache, { recursive: true });
  const console = join(cache, "console.log");
  const initramfs = join(cache, "initramfs.cpio");
  const job: Job = {
    node: realpathSync(process.execPath),
    runner: realpathSync(runner),
    project: realpathSync(project),
    files,
    environment: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => /^(MAYFLY|SOLO5)_/.test(name)),
    ),
  };
  const init = readFileSync(join(project, "test", "svm", "init.sh"), "utf8");
  writeFileSync(initramfs, packInitramfs(init, parts, job));
  writeFileSync(console, "");

  const child = spawn(qemu, qemuArguments(parts.kernel, initramfs, console), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const result = await collect(child, watch);
  // Without KVM the tests would skip, which must not pass for a success here.
  const problem = result.facts?.kvm === NO_KVM ? "got no /dev/kvm in the guest" : result.problem;
  if (problem === undefined) return result;
  const last = `${complaints}${readFileSync(console, "utf8")}`.trim().split("\n").slice(-12).join("\n");
  return { ...result, problem: `${problem}. Its last words:\n${last}` };
}

function qemuArguments(kernel: string, initramfs: string, console: string): string[] {
  return [
    ["-nodefaults", "-no-user-config", "-no-reboot"],
    ["-display", "none", "-monitor", "none"],
    // No SMAP: QEMU 7.2 lets iretq and lretq of CPL 3 read their stack as the kernel would, and with SMAP the kernel then
    // takes the fault for its own bug and kills the process. Any process: this is not about Mayfly.
    ["-machine", "q35", "-accel", "tcg", "-cpu", "max,+svm,-smap"],
    // One CPU: with two, QEMU 7.2 runs each in a thread of its own, and guests of the nested KVM hang now and then.
    ["-smp", "1", "-m", "3G"],
    ["-kernel", kernel, "-initrd", initramfs],
    // An emulated CPU does not speculate. A panic reboots at once, which -no-reboot turns into the end.
    ["-append", "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off"],
    ["-serial", `file:${console}`, "-serial", "stdio"],
    ["-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap"],
    ["-device", "virtio-9p-pci,fsdev=host,mount_tag=host"],
  ].flat();
}
