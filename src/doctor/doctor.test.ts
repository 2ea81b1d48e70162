// doctor.test.ts: what the doctor says of machines that are missing something, from readings made up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { capabilities } from "./capabilities.js";
import type { Result } from "./check.js";
import { canRun, examine, judge } from "./doctor.js";
import type { KvmReadings } from "./kvm-probe.js";
import type { Readings } from "./readings.js";

const kvm: KvmReadings = {
  apiVersion: 12,
  capabilities: new Map(capabilities.map(({ name, bits }) => [name, bits])),
  createMs: 0.4,
  closeMs: 0.3,
};

const healthy: Readings = {
  nodeVersion: "20.12.0",
  arch: "x64",
  platform: "linux",
  kvmDevice: "usable",
  kvmGroup: { name: "kvm", isRoot: false, mayUse: true, isOurs: false },
  kvm,
  kvmError: undefined,
  kvmMachine: { works: true, ms: 1.5 },
  processMachine: { works: true, ms: 1.2 },
  namespaces: ["user", "mount", "PID", "network", "IPC"],
  kvmModules: ["kvm_intel"],
  cpuFlags: new Set(["fpu", "vmx"]),
  nxHugePages: "N",
  cgroupOptions: "rw,favordynmods",
  hugePages: "madvise",
  tapDevice: "usable",
  compiler: "cc 12.2.0",
  linker: "GNU ld 2.40",
  seccompActions: "kill_process trap",
  ptraceScope: 1,
  memfdNoexec: 0,
  securityModules: "capability,landlock",
  landlockAbi: 2,
  hasNoNewPrivileges: true,
  availableMemoryMiB: 4096,
};

function row(name: string, changes: Partial<Readings>): Result {
  const found = judge({ ...healthy, ...changes }).find((result) => result.name === name);
  assert.ok(found, `no check is named ${name}`);
  return found;
}

test("a healthy machine passes every check and has nothing to mend", () => {
  const results = judge(healthy);
  assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(["ok"]));
  assert.ok(results.every(({ mend }) => mend === undefined));
  assert.equal(canRun(results), true);
});

const failures: [what: string, name: string, changes: Partial<Readings>, found: RegExp, mend: RegExp][] = [
  ["an old Node", "Node.js", { nodeVersion: "20.11.1" }, /got 20\.11\.1, expected 20\.12/, /nodejs\.org/],
  ["another platform", "platform", { arch: "arm64" }, /linux on arm64/, /x86-64/],
  [
    "an absent /dev/kvm on an Intel CPU with VT-x",
    "KVM",
    { kvmDevice: "absent", kvm: undefined },
    /absent/,
    /modprobe kvm_intel/,
  ],
  [
    "an absent /dev/kvm on a CPU that shows no virtualization",
    "KVM",
    { kvmDevice: "absent", kvm: undefined, cpuFlags: new Set(["fpu"]) },
    /absent/,
    /firmware/,
  ],
  [
    "a /dev/kvm of another group",
    "KVM",
    { kvmDevice: "denied", kvm: undefined },
    /may not open/,
    /usermod -aG kvm/,
  ],
  [
    "a /dev/kvm of root's alone",
    "KVM",
    {
      kvmDevice: "denied",
      kvm: undefined,
      kvmGroup: { name: "root", isRoot: true, mayUse: false, isOurs: false },
    },
    /may not open/,
    /sudo chgrp kvm .* chmod 660 .*usermod -aG kvm/,
  ],
  [
    "a KVM that refuses to make a VM",
    "KVM",
    { kvm: undefined, kvmError: "ioctl KVM_CREATE_VM failed: EBUSY" },
    /EBUSY/,
    /another hypervisor/,
  ],
  [
    "a device that is no KVM",
    "KVM",
    { kvm: undefined, kvmError: "ioctl KVM_GET_API_VERSION failed: ENOTTY" },
    /ENOTTY/,
    /another device/,
  ],
  ["another API version", "KVM", { kvm: { ...kvm, apiVersion: 11 } }, /got 11, expected 12/, /Linux/],
  [
    "SYNC_REGS without the special registers",
    "KVM capabilities",
    { kvm: { ...kvm, capabilities: new Map([...kvm.capabilities, ["SYNC_REGS", 1]]) } },
    /missing: SYNC_REGS/,
    /Linux 4\.17/,
  ],
  [
    "several missing capabilities (the newest Linux of them is asked for)",
    "KVM capabilities",
    { kvm: { ...kvm, capabilities: new Map([["SYNC_REGS", 3]]) } },
    /USER_MEMORY.*IMMEDIATE_EXIT/,
    /Linux 4\.13/,
  ],
];

const noKvm = { works: false, reason: "KVM cannot be used: /dev/kvm: EACCES", mend: undefined } as const;
const noProcess = {
  works: false,
  reason: "the guest's process could not be traced: EPERM",
  mend: "allow ptrace",
} as const;

for (const [what, name, changes, found, mend] of failures) {
  test(`the doctor fails ${what}, and names the mend`, () => {
    const neither = { ...changes, kvmMachine: noKvm, processMachine: noProcess, namespaces: undefined };
    const result = row(name, neither);
    assert.equal(result.status, "fail");
    assert.match(result.found, found);
    assert.match(result.mend ?? "", mend);
    assert.equal(canRun(judge({ ...healthy, ...neither })), false);
  });
}

for (const [what, name, changes, found, mend] of failures.filter(([, name]) => name.startsWith("KVM"))) {
  test(`the doctor only warns of ${what} where the process machine works`, () => {
    const result = row(name, { ...changes, kvmMachine: noKvm });
    assert.equal(result.status, "warn");
    assert.match(result.found, found);
    assert.match(result.mend ?? "", mend);
    assert.equal(canRun(judge({ ...healthy, ...changes, kvmMachine: noKvm })), true);
  });
}

test("auto's choice is told, with what that costs", () => {
  assert.deepEqual(row("machine auto", {}), { name: "machine auto", status: "ok", found: "takes kvm" });
  const process = row("machine auto", { kvmMachine: noKvm });
  assert.equal(process.status, "warn");
  assert.match(process.found, /^takes process/);
  assert.match(process.mend ?? "", /--allow-process-isolation/);
  const nothing = row("machine auto", { kvmMachine: noKvm, processMachine: noProcess });
  assert.equal(nothing.status, "fail");
  assert.match(nothing.found, /^takes nothing/);
});

test("each machine says what an escape from it would need", () => {
  assert.match(row("machine kvm", {}).found, /bug in KVM/);
  assert.match(row("machine process", {}).found, /bug in the kernel.*docs\/security\.md/);
});

test("a machine that does not work gives its reason and a mend, and is no failure where the other works", () => {
  const process = row("machine process", { processMachine: noProcess, namespaces: undefined });
  assert.deepEqual(process, {
    name: "machine process",
    status: "warn",
    found: noProcess.reason,
    mend: "allow ptrace",
  });
  const kvm = row("machine kvm", { kvmMachine: noKvm, kvm: undefined, kvmDevice: "denied" });
  assert.deepEqual(kvm, { name: "machine kvm", status: "warn", found: noKvm.reason, mend: "see KVM below" });
});

test("a trace that Yama forbids is named where the process machine does not work", () => {
  const forbidden = row("ptrace", { processMachine: noProcess, ptraceScope: 3 });
  assert.match(forbidden.found, /ptrace_scope is 3/);
  assert.match(forbidden.mend ?? "", /ptrace_scope=1/);
  // An administrator may trace in spite of it, as the trial then shows.
  assert.equal(row("ptrace", { ptraceScope: 2 }).status, "ok");
});

test("namespaces that the kernel withholds are a warning only where nothing else holds guests", () => {
  const namespaces = ["mount", "PID", "IPC"];
  assert.equal(row("namespaces", { namespaces }).status, "ok");
  const bare = row("namespaces", { namespaces, kvmMachine: noKvm });
  assert.equal(bare.status, "warn");
  assert.match(bare.found, /no user, network namespace/);
});

const warnings: [what: string, name: string, changes: Partial<Readings>, mend: RegExp][] = [
  ["a missing compiler", "C compiler", { compiler: undefined }, /apt-get install gcc/],
  ["a missing linker", "linker", { linker: undefined }, /apt-get install binutils/],
  ["huge pages that are off", "huge pages", { hugePages: "never" }, /echo madvise/],
  ["a kernel without huge pages", "huge pages", { hugePages: undefined }, /CONFIG_TRANSPARENT_HUGEPAGE/],
  ["an absent TAP", "TAP", { tapDevice: "absent" }, /modprobe tun/],
  ["a TAP of root's", "TAP", { tapDevice: "denied" }, /--net:NAME=@FD/],
  ["a kernel without seccomp filters", "seccomp", { seccompActions: undefined }, /CONFIG_SECCOMP_FILTER/],
  [
    "memory that may hold no code",
    "memfd",
    { memfdNoexec: 2, processMachine: { works: false, reason: "", mend: undefined } },
    /memfd_noexec=1/,
  ],
  ["little memory", "memory", { availableMemoryMiB: 100 }, /free some/],
];

for (const [what, name, changes, mend] of warnings) {
  test(`the doctor warns of ${what}, and VMs can still run`, () => {
    const result = row(name, changes);
    assert.equal(result.status, "warn");
    assert.match(result.mend ?? "", mend);
    assert.equal(canRun(judge({ ...healthy, ...changes })), true);
  });
}

const slow = { ...kvm, createMs: 27 };

test("a slow life cycle is traced to the kernel's knobs", () => {
  const both = row("KVM life cycle", { kvm: slow, nxHugePages: "Y", cgroupOptions: "rw,nsdelegate" });
  assert.equal(both.status, "warn");
  assert.match(both.found, /create 27\.00 ms/);
  assert.match(both.mend ?? "", /kvm\.nx_huge_pages=never.*favordynmods/);
});

test("a slow life cycle with both knobs right is laid to a busy machine", () => {
  assert.match(row("KVM life cycle", { kvm: slow }).mend ?? "", /busy/);
});

test("the knobs are no matter while a VM is fast", () => {
  assert.equal(row("KVM life cycle", { nxHugePages: "Y", cgroupOptions: "rw" }).status, "ok");
});

test("the kind of KVM is named, and whether it is nested", () => {
  assert.equal(row("KVM kind", {}).found, "Intel VT-x");
  assert.match(
    row("KVM kind", { kvmModules: ["kvm_amd"], cpuFlags: new Set(["hypervisor"]) }).found,
    /^AMD SVM, nested/,
  );
  assert.match(row("KVM kind", { kvmModules: ["kvm_pvm"] }).found, /^PVM/);
});

test("Landlock's ABI is told, with what it walls off; none is a warning with the mend", () => {
  assert.equal(row("Landlock", {}).found, "ABI 2: files");
  assert.equal(row("Landlock", { landlockAbi: 5 }).found, "ABI 5: files and devices");
  assert.match(row("Landlock", { landlockAbi: 7 }).found, /^ABI 7: .*signals/);
  const none = row("Landlock", { landlockAbi: 0, securityModules: "capability,apparmor" });
  assert.equal(none.status, "warn");
  assert.match(none.found, /^none \(security modules: capability,apparmor\)/);
  assert.match(none.mend ?? "", /lsm=/);
  assert.equal(row("Landlock", { landlockAbi: undefined }).status, "ok");
});

test("the walls that workers will use are summed up, for the machine that they run on", () => {
  const name = "workers' walls";
  const all = "no_new_privs, seccomp, Landlock ABI 2";
  assert.equal(row(name, { seccompActions: "kill_process errno" }).found, all);
  assert.match(row(name, { kvmMachine: noKvm }).found, /seccomp without exec and ptrace/);
  assert.equal(row(name, { landlockAbi: 0 }).found, "no_new_privs, seccomp");
  const bare = row(name, { landlockAbi: 0, seccompActions: undefined, hasNoNewPrivileges: false });
  assert.equal(bare.status, "warn");
  assert.match(bare.mend ?? "", /operations\.md/);
});

test("this machine is examined without an error, whatever it is", async () => {
  const results = await examine();
  assert.equal(results.length, judge(healthy).length);
  for (const { status, mend } of results) assert.equal(status === "ok", mend === undefined);
});
