// system-calls.ts: numbers of x86-64's system calls that a worker has no use for (arch/x86/entry/syscalls/syscall_64.tbl). Data only.

/** Refused to every worker: other programs and processes, what the file system looks like, the kernel itself, the machine. */
export const NEVER: Readonly<Record<string, number>> = {
  // Programs and processes. The process machine's come from a nursery, which was started before (docs/decisions/0012).
  execve: 59,
  execveat: 322,
  fork: 57,
  vfork: 58,
  // Memory and descriptors of other processes.
  process_vm_readv: 310,
  process_vm_writev: 311,
  kcmp: 312,
  pidfd_getfd: 438,
  process_madvise: 440,
  process_mrelease: 448,
  // What is mounted where.
  mount: 165,
  umount2: 166,
  pivot_root: 155,
  chroot: 161,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  mount_setattr: 442,
  open_by_handle_at: 304,
  mknod: 133,
  mknodat: 259,
  fanotify_init: 300,
  quotactl: 179,
  quotactl_fd: 443,
  // The kernel's code, and its interfaces that attacks on it begin with.
  init_module: 175,
  finit_module: 313,
  delete_module: 176,
  kexec_load: 246,
  kexec_file_load: 320,
  bpf: 321,
  perf_event_open: 298,
  userfaultfd: 323,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  keyctl: 250,
  add_key: 248,
  request_key: 249,
  uselib: 134,
  modify_ldt: 154,
  lookup_dcookie: 212,
  syslog: 103,
  // Namespaces.
  unshare: 272,
  setns: 308,
  // The machine and its clock.
  swapon: 167,
  swapoff: 168,
  reboot: 169,
  acct: 163,
  settimeofday: 164,
  adjtimex: 159,
  clock_settime: 227,
  clock_adjtime: 305,
  sethostname: 170,
  setdomainname: 171,
  iopl: 172,
  ioperm: 173,
  vhangup: 153,
};

/** Refused where no guest is a process of the host: looking into others. */
export const NOT_WITH_KVM: Readonly<Record<string, number>> = {
  ptrace: 101,
};

/** Those whose arguments decide. */
export const CLONE = 56;
export const CLONE3 = 435;
export const SOCKET = 41;
/** KVM_RUN is one: by far the most frequent call. */
export const IOCTL = 16;
