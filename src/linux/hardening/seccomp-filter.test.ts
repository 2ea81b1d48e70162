// seccomp-filter.test.ts: what the filter answers, call by call, by an interpreter of its program.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { assemble } from "./bpf.js";
import { runFilter } from "./bpf-run.fixture.js";
import {
  AUDIT_ARCH_X86_64,
  CLONE_NEW,
  CLONE_THREAD,
  REFUSED,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_KILL_PROCESS,
  seccompFilter,
  type Tenant,
  UNKNOWN,
} from "./seccomp-filter.js";
import { CLONE, CLONE3, IOCTL, NEVER, NOT_WITH_KVM, SOCKET } from "./system-calls.js";

function answer(tenant: Tenant, number: number, ...args: number[]): number {
  return runFilter(seccompFilter(tenant), {
    number,
    architecture: AUDIT_ARCH_X86_64,
    arguments: args.map(BigInt),
  });
}

const tenants = ["kvm", "process"] as const;

for (const tenant of tenants) {
  test(`${tenant}: what no worker needs is refused`, () => {
    for (const [name, number] of Object.entries(NEVER)) assert.equal(answer(tenant, number), REFUSED, name);
  });

  test(`${tenant}: Node's everyday calls are allowed`, () => {
    // read, write, close, poll, mmap, mprotect, rt_sigaction, ioctl, madvise, connect, accept4, futex, epoll_wait,
    // timer_create, openat, prctl, seccomp, getrandom, memfd_create, statx, rseq, membarrier, pkey_alloc
    const everyday = [0, 1, 3, 7, 9, 10, 13, IOCTL, 28, 42, 288, 202, 232, 222, 257, 157, 317, 318, 319, 332];
    for (const number of [...everyday, 334, 324, 330])
      assert.equal(answer(tenant, number), SECCOMP_RET_ALLOW, `${number}`);
  });

  test(`${tenant}: a call of another architecture, or of the x32 ABI, ends the process`, () => {
    const filter = seccompFilter(tenant);
    const i386 = { number: 11, architecture: 0x4000_0003 };
    assert.equal(runFilter(filter, i386), SECCOMP_RET_KILL_PROCESS);
    assert.equal(answer(tenant, 0x4000_0000 + 59), SECCOMP_RET_KILL_PROCESS);
    assert.equal(answer(tenant, 0xffff_ffff), SECCOMP_RET_KILL_PROCESS);
  });

  test(`${tenant}: threads can be made`, () => {
    // What glibc's pthread_create passes.
    assert.equal(answer(tenant, CLONE, 0x3d_0f00 | CLONE_THREAD), SECCOMP_RET_ALLOW);
    assert.equal(answer(tenant, CLONE3, 0, 88), UNKNOWN);
  });

  test(`${tenant}: sockets of the network and of this host are allowed, raw ones and other families are not`, () => {
    const CLOEXEC_NONBLOCK = 0o2004000;
    for (const [domain, type, protocol] of [
      [1, 1, 0],
      [2, 1 | CLOEXEC_NONBLOCK, 6],
      [2, 2, 17],
      [10, 1, 0],
      [10, 2 | CLOEXEC_NONBLOCK, 0],
      [16, 3, 0],
    ] as const)
      assert.equal(answer(tenant, SOCKET, domain, type, protocol), SECCOMP_RET_ALLOW, `${domain} ${type}`);
    for (const [domain, type, protocol] of [
      [2, 3, 1],
      [10, 3 | CLOEXEC_NONBLOCK, 58],
      [2, 10, 0],
      [17, 3, 0x300],
      [17, 2, 0],
      [16, 3, 12],
      [38, 5, 0],
      [40, 1, 0],
      [44, 3, 0],
    ] as const)
      assert.equal(answer(tenant, SOCKET, domain, type, protocol), REFUSED, `${domain} ${type} ${protocol}`);
  });
}

test("kvm: nothing can be traced; process: guests are", () => {
  for (const [name, number] of Object.entries(NOT_WITH_KVM)) {
    assert.equal(answer("kvm", number), REFUSED, name);
    assert.equal(answer("process", number), SECCOMP_RET_ALLOW, name);
  }
});

for (const tenant of tenants)
  test(`${tenant}: clone makes threads, and neither processes nor namespaces`, () => {
    assert.equal(answer(tenant, CLONE, 17), REFUSED, "fork, as glibc does it");
    for (let bit = 0; bit < 32; bit++)
      if ((CLONE_NEW >>> bit) & 1)
        assert.equal(answer(tenant, CLONE, 2 ** bit + CLONE_THREAD), REFUSED, `bit ${bit}`);
    // The kernel looks at the low half alone, and so does the filter.
    assert.equal(answer(tenant, CLONE, 2 ** 40 + 0x1000_0000 + CLONE_THREAD), REFUSED);
  });

test("the filter's bytes are one sock_filter for each instruction, and no more than the kernel takes", () => {
  for (const tenant of tenants) {
    const program = seccompFilter(tenant);
    assert.equal(assemble(program).length, program.length * 8);
    assert.ok(program.length <= 4096);
  }
});

const header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";

test("the numbers are the kernel's", { skip: !existsSync(header) && `no ${header}` }, () => {
  const known = new Map(
    [...readFileSync(header, "utf8").matchAll(/^#define __NR_(\w+) (\d+)$/gm)].map(([, name, number]) => [
      name!,
      Number(number),
    ]),
  );
  const ours = { ...NEVER, ...NOT_WITH_KVM, clone: CLONE, clone3: CLONE3, socket: SOCKET, ioctl: IOCTL };
  // A header may be older than a call.
  for (const [name, number] of Object.entries(ours)) assert.equal(known.get(name) ?? number, number, name);
  assert.ok(known.size > 300);
});
