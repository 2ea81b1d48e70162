// namespaces.ts: the kernel's CLONE_NEW… flags (include/uapi/linux/sched.h), by what they keep apart. Data only.

const FLAGS: readonly (readonly [name: string, flag: bigint])[] = [
  ["user", 0x1000_0000n],
  ["mount", 0x0002_0000n],
  ["PID", 0x2000_0000n],
  ["network", 0x4000_0000n],
  ["IPC", 0x0800_0000n],
];

/** Those that a guest's process gets where the kernel allows everything. */
export const namespaceNames: readonly string[] = FLAGS.map(([name]) => name);

/** The names of the flags that are set. */
export function namesOf(flags: bigint): readonly string[] {
  return FLAGS.filter(([, flag]) => (flags & flag) !== 0n).map(([name]) => name);
}
