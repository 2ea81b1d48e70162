// namespaces.ts: the kernel's CLONE_NEW… flags (include/uapi/linux/sched.h), by what they keep apart. Data only.

const FLAGS: readonly (readonly [name: string, flag: number])[] = [
  ["user", 0x1000_0000],
  ["mount", 0x0002_0000],
  ["PID", 0x2000_0000],
  ["network", 0x4000_0000],
  ["IPC", 0x0800_0000],
];

/** Those that a guest's process gets where the kernel allows everything. */
export const namespaceNames: readonly string[] = FLAGS.map(([name]) => name);

/** The names of the flags that are set. */
export function namesOf(flags: number): readonly string[] {
  return FLAGS.filter(([, flag]) => (flags & flag) !== 0).map(([name]) => name);
}
