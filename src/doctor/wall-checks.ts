// wall-checks.ts: what the kernel offers for walls around a server's workers, and which of it they use. Judges readings only.
import type { Check, Finding } from "./check.js";
import type { Readings } from "./readings.js";

/** The action that ends a process, as actions_avail calls it: Linux 4.14. */
const SECCOMP_ACTION = "kill_process";

export const wallChecks: readonly Check[] = [
  { name: "no_new_privs", judge: noNewPrivileges },
  { name: "Landlock", judge: landlock },
  { name: "workers' walls", judge: walls },
];

function noNewPrivileges({ hasNoNewPrivileges }: Readings): Finding {
  if (hasNoNewPrivileges) return { status: "ok", found: "in this kernel" };
  return { status: "warn", found: "not in this kernel", mend: "use Linux 4.10 or later" };
}

/** What each ABI added that matters here, newest first. */
const ABIS: readonly (readonly [since: number, what: string])[] = [
  [6, "files, devices, signals and abstract sockets"],
  [5, "files and devices"],
  [1, "files"],
];

function landlock({ landlockAbi, securityModules }: Readings): Finding {
  if (landlockAbi === undefined) return { status: "ok", found: "unknown: the kernel could not be asked" };
  const what = ABIS.find(([since]) => landlockAbi >= since)?.[1];
  if (what !== undefined) return { status: "ok", found: `ABI ${landlockAbi}: ${what}` };
  const others = securityModules === undefined ? "" : ` (security modules: ${securityModules})`;
  return {
    status: "warn",
    found: `none${others}: a worker that is broken out of can read what its user can read`,
    mend: "add landlock to lsm= on the kernel's command line, or use a kernel with CONFIG_SECURITY_LANDLOCK, Linux 5.13 or later",
  };
}

/** The sum, for the machine that "auto" takes. */
function walls({ hasNoNewPrivileges, seccompActions, landlockAbi, kvmMachine }: Readings): Finding {
  const filters = seccompActions?.split(" ").includes(SECCOMP_ACTION) === true;
  const used = [
    ...(hasNoNewPrivileges ? ["no_new_privs"] : []),
    ...(filters ? [kvmMachine.works ? "seccomp" : "seccomp without exec and ptrace, which guests need"] : []),
    ...(landlockAbi ? [`Landlock ABI ${landlockAbi}`] : []),
  ];
  if (used.length > 0) return { status: "ok", found: used.join(", ") };
  return {
    status: "warn",
    found: "none: a worker that is broken out of has all rights of its user",
    mend: "run mayfly serve as a user of its own, in a container or by systemd (docs/operations.md)",
  };
}
