// machine-checks.ts: which machines work here, which one "auto" takes, and how well each holds a guest. Judges readings only.
import type { Check, Finding, Status } from "./check.js";
import type { MachineTrial } from "./machine-trial.js";
import { namespaceNames } from "./namespaces.js";
import type { Readings } from "./readings.js";

/** From this value on, Yama's ptrace_scope lets only those trace their children who may trace anything. */
const SCOPE_OF_ADMINISTRATORS = 2;
/** What SECCOMP_RET_TRAP is called in actions_avail. */
const SECCOMP_ACTION = "trap";
/** vm.memfd_noexec under which Linux 6.3 to 6.5 refuse memory whose use is not said; later ones choose what serves us. */
const MEMFD_REFUSED = 2;

const KVM_WALL = "to break out, a guest needs a bug in KVM or in the CPU's virtualization";
const PROCESS_WALL =
  "to break out, a guest needs a bug in the kernel's exception paths, or in the CPU: a thinner wall (docs/security.md)";

export const machineChecks: readonly Check[] = [
  {
    name: "machine kvm",
    judge: (readings) =>
      machine(
        readings,
        readings.kvmMachine,
        KVM_WALL,
        readings.kvm === undefined ? "see KVM below" : undefined,
      ),
  },
  { name: "machine process", judge: (readings) => machine(readings, readings.processMachine, PROCESS_WALL) },
  { name: "machine auto", judge: auto },
];

/** What the process machine is made of. */
export const processChecks: readonly Check[] = [
  { name: "ptrace", judge: ptrace },
  { name: "seccomp", judge: seccomp },
  { name: "memfd", judge: memfd },
  { name: "namespaces", judge: namespaces },
];

/** How bad it is that one machine does not work: with the other, guests run. */
export function withoutOne({ kvmMachine, processMachine }: Readings): Status {
  return kvmMachine.works || processMachine.works ? "warn" : "fail";
}

function machine(readings: Readings, trial: MachineTrial, wall: string, mend?: string): Finding {
  if (trial.works)
    return { status: "ok", found: `a guest ran, started in ${trial.ms.toFixed(1)} ms; ${wall}` };
  return {
    status: withoutOne(readings),
    found: trial.reason,
    mend: mend ?? trial.mend ?? "see ptrace, seccomp, memfd below",
  };
}

function auto(readings: Readings): Finding {
  const { kvmMachine, processMachine } = readings;
  if (kvmMachine.works) return { status: "ok", found: "takes kvm" };
  if (!processMachine.works)
    return { status: "fail", found: "takes nothing: neither machine works", mend: "mend one of the two" };
  return {
    status: "warn",
    found: "takes process, because kvm does not work",
    mend: "mend kvm, or serve only images that you trust: mayfly serve --allow-process-isolation",
  };
}

function ptrace({ processMachine, ptraceScope }: Readings): Finding {
  const scope = ptraceScope === undefined ? "no Yama" : `yama/ptrace_scope is ${ptraceScope}`;
  if (processMachine.works) return { status: "ok", found: `allowed, with PTRACE_SYSEMU (${scope})` };
  if (ptraceScope === undefined || ptraceScope < SCOPE_OF_ADMINISTRATORS)
    return { status: "ok", found: `not forbidden (${scope})` };
  return {
    status: "warn",
    found: `forbidden: ${scope}`,
    mend: "sudo sysctl kernel.yama.ptrace_scope=1, or in a container --cap-add=SYS_PTRACE",
  };
}

function seccomp({ seccompActions }: Readings): Finding {
  if (seccompActions?.split(" ").includes(SECCOMP_ACTION)) return { status: "ok", found: seccompActions };
  return {
    status: "warn",
    found: `no filters with the action ${SECCOMP_ACTION} in this kernel: the process machine needs them`,
    mend: "use a kernel with CONFIG_SECCOMP_FILTER, Linux 4.14 or later",
  };
}

function memfd({ processMachine, memfdNoexec }: Readings): Finding {
  if (processMachine.works || memfdNoexec !== MEMFD_REFUSED) return { status: "ok", found: "allowed" };
  return {
    status: "warn",
    found: `vm.memfd_noexec is ${memfdNoexec}: Linux 6.3 to 6.5 then refuse guest memory`,
    mend: "sudo sysctl vm.memfd_noexec=1",
  };
}

/** They are a second wall: without them, the guest's process still has no system call to use what it shares. */
function namespaces({ kvmMachine, namespaces: given }: Readings): Finding {
  if (given === undefined) return { status: "ok", found: "not tried: the process machine does not work" };
  const absent = namespaceNames.filter((name) => !given.includes(name));
  if (absent.length === 0)
    return { status: "ok", found: `${given.join(", ")}: a guest's process has its own` };
  const found = `the kernel gives a guest's process no ${absent.join(", ")} namespace of its own`;
  // Nobody who has KVM should change the system for this.
  if (kvmMachine.works) return { status: "ok", found };
  return {
    status: "warn",
    found,
    mend: "allow them to users: sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns",
  };
}
