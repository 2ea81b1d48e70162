// landlock.ts: takes the file system away from this thread and all that it starts, but for what rules allow (landlock(7)).
import { statSync } from "node:fs";
import { Descriptor, open } from "../descriptor.js";
import { check, libc } from "../libc.js";
import { type Access, handled, PathBeneathAttr, RulesetAttr, rightsOf } from "./landlock-rights.js";
import { setNoNewPrivileges } from "./seccomp.js";

export type { Access };

/** syscall(2): glibc has no wrappers for these. */
const createRuleset = libc.func("long syscall(long number, void *attr, size_t size, long flags)");
const addRule = libc.func("long syscall(long number, long ruleset, long type, void *attr, long flags)");
const restrictSelf = libc.func("long syscall(long number, long ruleset, long flags)");

const SYS_landlock_create_ruleset = 444;
const SYS_landlock_add_rule = 445;
const SYS_landlock_restrict_self = 446;
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const LANDLOCK_RULE_PATH_BENEATH = 1;
const O_PATH = 0o10000000;

export interface LandlockRule {
  readonly access: Access;
  /** Absolute. One that does not exist is left out: there is nothing to allow. */
  readonly path: string;
}

/** The kernel's Landlock ABI, from 1 on; 0 when it has none, or when that was not switched on at boot. */
export function landlockAbi(): number {
  return Math.max(0, createRuleset(SYS_landlock_create_ruleset, null, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

/**
 * Restricts the calling thread, and every thread and process that it starts from now on; threads that exist already stay as they are.
 * Cannot be undone.
 *
 * @returns the ABI; 0 when the kernel has no Landlock, and nothing was restricted
 */
export function restrictFiles(rules: readonly LandlockRule[]): number {
  const abi = landlockAbi();
  if (abi === 0) return 0;
  const attr = new Uint8Array(RulesetAttr.size);
  RulesetAttr.write(attr, handled(abi));
  // Safe: every struct has the size that is told or that the kernel reads, and outlives its call.
  using ruleset = new Descriptor(
    check("landlock_create_ruleset", createRuleset(SYS_landlock_create_ruleset, attr, attr.length, 0)),
  );
  for (const rule of rules) allow(ruleset.fd, rule, abi);
  setNoNewPrivileges();
  check("landlock_restrict_self", restrictSelf(SYS_landlock_restrict_self, ruleset.fd, 0));
  return abi;
}

function allow(ruleset: number, { access, path }: LandlockRule, abi: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  using at = open(path, O_PATH);
  const attr = new Uint8Array(PathBeneathAttr.size);
  const allowed_access = rightsOf(access, abi, found.isDirectory());
  PathBeneathAttr.write(attr, { allowed_access, parent_fd: at.fd });
  check(
    `landlock_add_rule ${path}`,
    addRule(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, attr, 0),
  );
}
