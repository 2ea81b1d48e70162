// slice-timer.ts: a signal that reaches this thread at a deadline, and only inside KVM_RUN (timer_create(2), SIGEV_THREAD_ID).
import { i32, struct, u64 } from "../abi/struct.js";
import { check, libc } from "./libc.js";

const gettid = libc.func("int gettid()");
const timerCreate = libc.func("int timer_create(int clock, void *sevp, void *timer)");
const timerSettime = libc.func("int timer_settime(uintptr_t timer, int flags, void *value, void *old)");
const timerDelete = libc.func("int timer_delete(uintptr_t timer)");
const pthreadSigmask = libc.func("int pthread_sigmask(int how, void *set, void *old)");
const sigtimedwait = libc.func("int sigtimedwait(void *set, void *info, void *timeout)");

const CLOCK_MONOTONIC = 1;
const SIGEV_THREAD_ID = 4; // include/uapi/asm-generic/siginfo.h
const SIG_BLOCK = 0;

/** A real-time signal that neither libuv nor V8 uses (they use SIGUSR1, SIGPROF and SIGCHLD). */
const SLICE_SIGNAL = 60;
const SIGNAL_BYTE = (SLICE_SIGNAL - 1) >> 3;
const SIGNAL_BIT = 1 << ((SLICE_SIGNAL - 1) & 7);
/** glibc's sigset_t; the kernel's has 8 bytes. */
const SIGSET_BYTES = 128;
const KERNEL_SIGSET_BYTES = 8;

/** include/uapi/asm-generic/siginfo.h, with the union's SIGEV_THREAD_ID member. */
const Sigevent = struct(
  "sigevent",
  { value: u64, signo: i32, notify: i32, tid: i32, pad: { ...u64, size: 40, align: 4 } },
  { size: 64 },
);

/** include/uapi/linux/time.h */
const Itimerspec = struct(
  "itimerspec",
  { interval_sec: u64, interval_nsec: u64, value_sec: u64, value_nsec: u64 },
  { size: 32 },
);

/**
 * One deadline for the calling thread. The signal stays blocked in the thread, so that no handler is needed and no
 * other system call is disturbed; KVM_SET_SIGNAL_MASK unblocks it inside KVM_RUN, which then returns EINTR.
 */
export class SliceTimer implements Disposable {
  /** The kernel's signal mask for KVM_RUN: everything as in the thread, with the slice's signal let through. */
  readonly runMask = new Uint8Array(KERNEL_SIGSET_BYTES);
  readonly #timer: bigint;
  readonly #set = new Uint8Array(SIGSET_BYTES);
  readonly #value = new Uint8Array(Itimerspec.size);
  readonly #view = new DataView(this.#value.buffer);
  readonly #now = new Uint8Array(16);
  #armedFor = Number.POSITIVE_INFINITY;

  constructor() {
    this.#set[SIGNAL_BYTE] = SIGNAL_BIT;
    const before = new Uint8Array(SIGSET_BYTES);
    // Safe: both sets have glibc's size, and the sigevent and the timer's id have theirs.
    pthreadSigmask(SIG_BLOCK, this.#set, before);
    this.runMask.set(before.subarray(0, KERNEL_SIGSET_BYTES));
    this.runMask[SIGNAL_BYTE]! &= ~SIGNAL_BIT; // an earlier timer of this thread may have blocked it
    const event = new Uint8Array(Sigevent.size);
    Sigevent.write(event, { signo: SLICE_SIGNAL, notify: SIGEV_THREAD_ID, tid: gettid() });
    const timer = new BigUint64Array(1);
    check("timer_create", timerCreate(CLOCK_MONOTONIC, event, timer));
    this.#timer = timer[0]!;
  }

  /**
   * Sends the signal when `deadline` passes, or up to a slice before: a timer that was set for an earlier deadline is left to fire first,
   * because setting it costs two system calls, and short runs one after the other have a deadline each. A past deadline sends it now.
   *
   * @param deadline on the clock of performance.now(), ms
   * @param now on the same clock
   */
  arm(deadline: number, now: number): void {
    if (this.#armedFor > now && this.#armedFor <= deadline) return;
    if (this.#armedFor !== Number.POSITIVE_INFINITY) this.#drain();
    this.#armedFor = deadline;
    const ns = deadline === Number.POSITIVE_INFINITY ? 0 : Math.max(1, (deadline - now) * 1e6);
    const seconds = Math.floor(ns / 1e9);
    this.#view.setUint32(Itimerspec.offset.value_sec, seconds, true);
    this.#view.setUint32(Itimerspec.offset.value_nsec, ns - seconds * 1e9, true);
    check("timer_settime", timerSettime(this.#timer, 0, this.#value, null));
  }

  /** Takes the signal back after it interrupted a run, so that the next run starts undisturbed. */
  consume(): void {
    this.#armedFor = Number.NaN;
    this.#drain();
  }

  #drain(): void {
    sigtimedwait(this.#set, null, this.#now);
  }

  [Symbol.dispose](): void {
    timerDelete(this.#timer);
    this.#drain();
  }
}
