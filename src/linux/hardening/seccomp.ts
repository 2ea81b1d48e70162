// seccomp.ts: installs a filter for every thread of this process, for good (seccomp(2), prctl(2)).
import koffi from "koffi";
import { check, lastErrno, libc } from "../libc.js";
import { SystemCallError } from "../system-call-error.js";
import { assemble, type Instruction, SockFilter } from "./bpf.js";

const prctl = libc.func(
  "int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)",
);
/** syscall(2): glibc has no wrapper for seccomp(2). */
const seccomp = libc.func("long syscall(long number, long operation, long flags, void *argument)");

const SYS_seccomp = 317;
// include/uapi/linux/prctl.h, seccomp.h
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_GET_ACTION_AVAIL = 2;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const SECCOMP_RET_KILL_PROCESS = 0x8000_0000;

/** From now on no program that this thread executes, nor its threads and children, gains rights by it. Cannot be undone. */
export function setNoNewPrivileges(): void {
  check("prctl PR_SET_NO_NEW_PRIVS", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

/** Whether this kernel has filters that end a process (Linux 4.14). */
export function hasSeccomp(): boolean {
  // Safe: the kernel reads one 32-bit word.
  const action = new Uint32Array([SECCOMP_RET_KILL_PROCESS]);
  return seccomp(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, action) === 0;
}

/**
 * Installs a filter in all threads of this process at once, and in all that follow; no_new_privs with it. Cannot be undone, nor
 * loosened by a later filter.
 *
 * @throws SystemCallError EINVAL without seccomp; ESRCH when a thread has another filter already
 */
export function installFilter(program: readonly Instruction[]): void {
  setNoNewPrivileges();
  const filter = assemble(program);
  // struct sock_fprog: u16 length, pointer. 64 bytes and more lie outside V8's heap and do not move.
  const fprog = new BigUint64Array(16);
  fprog[0] = BigInt(filter.length / SockFilter.size);
  fprog[1] = koffi.address(filter);
  // Safe: the kernel copies the program within the call; both buffers outlive it.
  const result = seccomp(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, fprog);
  if (result === 0) return;
  // The number of a thread that could not follow.
  throw new SystemCallError("seccomp SECCOMP_SET_MODE_FILTER", result > 0 ? "ESRCH" : lastErrno());
}
