// seccomp-filter.ts: which system calls a worker may make, as a program for seccomp (Documentation/userspace-api/seccomp_filter.rst). No I/O.
import {
  and,
  give,
  type Instruction,
  load,
  unlessAnyBit,
  unlessEqual,
  whenAnyBit,
  whenAtLeast,
  whenEqual,
} from "./bpf.js";
import { CLONE, CLONE3, IOCTL, NEVER, NOT_WITH_KVM, SOCKET } from "./system-calls.js";

// include/uapi/linux/seccomp.h
export const SECCOMP_RET_ALLOW = 0x7fff_0000;
export const SECCOMP_RET_KILL_PROCESS = 0x8000_0000;
const SECCOMP_RET_ERRNO = 0x0005_0000;
/** The call is not made, and fails so. */
export const REFUSED = SECCOMP_RET_ERRNO | 1; // EPERM
/** As a kernel answers that has no such call: the C library then takes the older one. */
export const UNKNOWN = SECCOMP_RET_ERRNO | 38; // ENOSYS

/** struct seccomp_data: i32 nr, u32 arch, u64 instruction_pointer, u64 args[6]. */
const NUMBER = 0;
const ARCHITECTURE = 4;
/** The low half of an argument, which is all of it where the kernel takes an int. */
const argument = (index: number): number => 16 + index * 8;

/** include/uapi/linux/audit.h */
export const AUDIT_ARCH_X86_64 = 0xc000_003e;
/** arch/x86/include/uapi/asm/unistd.h: from here on calls of the x32 ABI, whose numbers mean the same calls. */
const X32_SYSCALL_BIT = 0x4000_0000;

// include/uapi/linux/sched.h
export const CLONE_THREAD = 0x0001_0000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. (CLONE_NEWTIME is clone3's and unshare's alone.) */
export const CLONE_NEW = 0x7e02_0000;

// include/linux/socket.h, include/linux/net.h
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** The C library asks it for this host's addresses before it looks names up; its sockets are "raw" without being so. */
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
/** Above it are SOCK_CLOEXEC and SOCK_NONBLOCK. */
const SOCK_TYPE_MASK = 0xf;

/** The machine that the worker's VMs run on: guests that are processes need more of the kernel. */
export type Tenant = "kvm" | "process";

/**
 * The filter. Whatever it does not name is allowed: Node, V8 and the C library make a hundred different calls, other ones with each
 * version, and a filter that ends a server at an update is switched off.
 */
export function seccompFilter(tenant: Tenant): Instruction[] {
  const refused = [...Object.values(NEVER), ...(tenant === "kvm" ? Object.values(NOT_WITH_KVM) : [])];
  return [
    load(ARCHITECTURE),
    ...unlessEqual(AUDIT_ARCH_X86_64, give(SECCOMP_RET_KILL_PROCESS)),
    load(NUMBER),
    ...whenEqual(IOCTL, give(SECCOMP_RET_ALLOW)),
    ...whenAtLeast(X32_SYSCALL_BIT, give(SECCOMP_RET_KILL_PROCESS)),
    ...refused.flatMap((number) => whenEqual(number, give(REFUSED))),
    // Its flags lie in memory, where a filter cannot look.
    ...whenEqual(CLONE3, give(UNKNOWN)),
    ...whenEqual(CLONE, ...threadsOnly()),
    ...whenEqual(SOCKET, ...socket()),
    give(SECCOMP_RET_ALLOW),
  ];
}

function threadsOnly(): Instruction[] {
  return [
    load(argument(0)),
    ...whenAnyBit(CLONE_NEW, give(REFUSED)),
    ...unlessAnyBit(CLONE_THREAD, give(REFUSED)),
    give(SECCOMP_RET_ALLOW),
  ];
}

function socket(): Instruction[] {
  const streamsAndDatagrams = [
    load(argument(1)),
    and(SOCK_TYPE_MASK),
    ...whenEqual(SOCK_STREAM, give(SECCOMP_RET_ALLOW)),
    ...whenEqual(SOCK_DGRAM, give(SECCOMP_RET_ALLOW)),
    give(REFUSED),
  ];
  return [
    load(argument(0)),
    ...whenEqual(AF_UNIX, give(SECCOMP_RET_ALLOW)),
    ...whenEqual(AF_INET, ...streamsAndDatagrams),
    ...whenEqual(AF_INET6, ...streamsAndDatagrams),
    ...whenEqual(AF_NETLINK, load(argument(2)), ...whenEqual(NETLINK_ROUTE, give(SECCOMP_RET_ALLOW))),
    give(REFUSED),
  ];
}
