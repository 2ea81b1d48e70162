// landlock-rights.ts: what Landlock can control, by the ABI that a kernel has (include/uapi/linux/landlock.h). No I/O.
import { i32, struct, u64 } from "../../abi/struct.js";

/** Rights on files, in the kernel's order: a right's place is its bit. */
const FS_RIGHTS = [
  "EXECUTE",
  "WRITE_FILE",
  "READ_FILE",
  "READ_DIR",
  "REMOVE_DIR",
  "REMOVE_FILE",
  "MAKE_CHAR",
  "MAKE_DIR",
  "MAKE_REG",
  "MAKE_SOCK",
  "MAKE_FIFO",
  "MAKE_BLOCK",
  "MAKE_SYM",
  "REFER",
  "TRUNCATE",
  "IOCTL_DEV",
] as const;

type FsRight = (typeof FS_RIGHTS)[number];

/** How many of them an ABI has: 1 to 13 since Linux 5.13, REFER since 5.19, TRUNCATE since 6.2, IOCTL_DEV since 6.10. */
function fsRightsOf(abi: number): number {
  if (abi >= 5) return 16;
  if (abi >= 3) return 15;
  return abi === 2 ? 14 : 13;
}

/** ABI 6, Linux 6.12: abstract Unix sockets and signals, neither beyond those who are restricted likewise. */
const SCOPES = 0b11n;
const ABI_WITH_SCOPES = 6;

/** struct landlock_ruleset_attr. A kernel takes a longer one than it knows when the rest is zero. */
export const RulesetAttr = struct(
  "landlock_ruleset_attr",
  { handled_access_fs: u64, handled_access_net: u64, scoped: u64 },
  { size: 24 },
);
/** struct landlock_path_beneath_attr, which is packed: 12 bytes, and padding that the kernel does not read. */
export const PathBeneathAttr = struct(
  "landlock_path_beneath_attr",
  { allowed_access: u64, parent_fd: i32 },
  { size: 16 },
);

/** What is allowed at a path and, where it is a folder, below it. */
export type Access = "read" | "execute" | "write" | "device";

const RIGHTS: Readonly<Record<Access, readonly FsRight[]>> = {
  read: ["READ_FILE", "READ_DIR"],
  /** Read, and run as a program. */
  execute: ["READ_FILE", "READ_DIR", "EXECUTE"],
  /** Read, and write what exists. */
  write: ["READ_FILE", "READ_DIR", "WRITE_FILE", "TRUNCATE"],
  device: ["READ_FILE", "WRITE_FILE", "IOCTL_DEV"],
};

/** Everything that the ABI can forbid is forbidden unless a rule allows it. The network is left alone. */
export function handled(abi: number): {
  handled_access_fs: bigint;
  handled_access_net: bigint;
  scoped: bigint;
} {
  return {
    handled_access_fs: (1n << BigInt(fsRightsOf(abi))) - 1n,
    handled_access_net: 0n,
    scoped: abi >= ABI_WITH_SCOPES ? SCOPES : 0n,
  };
}

/** A rule's bits: rights on folders are refused by the kernel for what is none. */
export function rightsOf(access: Access, abi: number, isFolder: boolean): bigint {
  const bits = RIGHTS[access]
    .filter((right) => isFolder || right !== "READ_DIR")
    .reduce((sum, right) => sum | (1n << BigInt(FS_RIGHTS.indexOf(right))), 0n);
  return bits & handled(abi).handled_access_fs;
}
