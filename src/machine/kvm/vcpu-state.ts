// vcpu-state.ts: everything that a vCPU keeps of a guest, taken and put back: registers, segments, FPU and SSE, its clock.
import { viewOf } from "../../abi/struct.js";
import { MayflyError } from "../../errors.js";
import { ioctlBuffer, tryIoctl } from "../../linux/ioctl.js";
import * as K from "../../linux/kvm.js";
import { lastErrno } from "../../linux/libc.js";
import type { Mapping } from "../../linux/mapping.js";
import { SystemCallError } from "../../linux/system-call-error.js";
import { readTscOffset, writeTscOffset } from "../../linux/tsc-offset.js";
import type { MachineState } from "../machine-state.js";
import { comparableXsave, wholeXsave } from "../xsave-area.js";
import { RESUME_GUEST, RESUME_MONITOR, RESUME_PORT, resumeState } from "./resume.js";
import { RESUME_CODE, RESUME_STATE } from "./supervisor.js";

const REGISTERS = BigInt(K.KVM_SYNC_X86_REGS | K.KVM_SYNC_X86_SREGS);
const TASK = K.Sregs.offset.tr;
/** Of eax and edx: every component that the CPU has. */
const ALL_BITS = 0xffff_ffffn;
/** Trap flag. */
const RFLAGS_TF = 0x100n;
/** Always set. */
const RFLAGS_RESERVED = 2n;
/** What the code on the way changes, and nothing else. */
const OF_THE_WAY = new Set<keyof typeof K.Regs.offset>(["rax", "rdx", "rip", "rflags"]);
const OTHER_REGISTERS = (Object.keys(K.Regs.offset) as (keyof typeof K.Regs.offset)[]).filter(
  (name) => !OF_THE_WAY.has(name),
);

/** A vCPU between two runs. */
export class VcpuState implements MachineState {
  readonly kind = "kvm";
  readonly regs = new Uint8Array(K.Regs.size);
  readonly sregs = new Uint8Array(K.Sregs.size);
  readonly xsave = new Uint8Array(K.XSAVE_BYTES);
  /** What the guest's time-stamp counter is ahead of the host's, ticks; undefined where KVM does not tell. */
  readonly tscOffset: bigint | undefined;
  /** The machine whose vCPU it was taken of. */
  readonly owner: object;
  /** What a guest finds in RESUME_STATE to become this one. */
  readonly resumeState: Uint8Array;
  /** It traps behind each instruction, and would do so before its FPU is loaded: only `restoreAtOnce` puts it back. */
  readonly stepsOnItsOwn: boolean;
  readonly #toGuest: Uint8Array;
  readonly #toMonitor: Uint8Array;

  /** Takes the state of a vCPU that is settled. `user` are the sregs of every guest. */
  constructor(owner: object, vcpu: number, user: Uint8Array) {
    this.owner = owner;
    ioctlBuffer(vcpu, K.KVM_GET_REGS, this.regs, "KVM_GET_REGS");
    ioctlBuffer(vcpu, K.KVM_GET_SREGS, this.sregs, "KVM_GET_SREGS");
    // KVM on AMD tells of a busy task whatever was set. Not every CPU honors the I/O bitmap of one: see KvmHost.
    this.sregs.set(user.subarray(TASK, TASK + K.Segment.size), TASK);
    ioctlBuffer(vcpu, K.KVM_GET_XSAVE, this.xsave, "KVM_GET_XSAVE");
    this.tscOffset = readTscOffset(vcpu);
    const registers = K.Regs.read(this.regs);
    this.resumeState = resumeState(wholeXsave(this.xsave), registers);
    this.#toGuest = resumingAt(RESUME_GUEST, this.regs, registers.rflags);
    this.#toMonitor = resumingAt(RESUME_MONITOR, this.regs, RFLAGS_RESERVED);
    this.stepsOnItsOwn = (registers.rflags & RFLAGS_TF) !== 0n;
  }

  get parts(): ReadonlyMap<string, Uint8Array> {
    const { regs, sregs } = this;
    return new Map(Object.entries({ regs, sregs, xsave: comparableXsave(this.xsave) }));
  }

  /**
   * Gives another vCPU the clock of this one: the guest's monotonic time must not run backwards.
   *
   * @throws MayflyError MACHINE_UNAVAILABLE on kernels that cannot
   */
  alignClock(vcpu: number): void {
    if (this.tscOffset === undefined)
      throw new MayflyError(
        "MACHINE_UNAVAILABLE",
        "this KVM cannot give a second VM the clock of the first",
        {
          mend: "use Linux 5.16 or later",
        },
      );
    if (readTscOffset(vcpu) !== this.tscOffset) writeTscOffset(vcpu, this.tscOffset);
  }

  /**
   * Makes a vCPU what this one was, but for its clock, when it runs next: the guest's memory holds `resumeState`. That saves three
   * calls. The CPU will not step over another `out` than its last one: where it goes on, there is none.
   */
  restore(run: Mapping): void {
    this.#setRegisters(run, this.#toGuest);
  }

  /** Whether a vCPU with these registers is still on its way. One that came there by itself, in the same state, would go on in the same. */
  isResuming(regs: Uint8Array): boolean {
    const [found, own] = [K.Regs.read(regs), K.Regs.read(this.regs)];
    const isThere = found.rip >= RESUME_CODE && found.rip < RESUME_STATE;
    return isThere && OTHER_REGISTERS.every((name) => found[name] === own[name]);
  }

  /** Makes it so now, by a run that ends before the guest's own code. Signals do not keep it from that. */
  restoreAtOnce(vcpu: number, run: Mapping, consumeSignal: () => void): void {
    this.#setRegisters(run, this.#toMonitor);
    const interruption = run.bytes[K.Run.immediate_exit]!;
    run.bytes[K.Run.immediate_exit] = 0;
    while (tryIoctl(vcpu, K.KVM_RUN, 0) === -1) {
      const errno = lastErrno();
      if (errno !== "EINTR") throw new SystemCallError("ioctl KVM_RUN to load a state", errno);
      consumeSignal();
    }
    const view = viewOf(run.bytes);
    const reason = view.getUint32(K.Run.exit_reason, true);
    if (reason !== K.KVM_EXIT_IO || view.getUint16(K.Run.io_port, true) !== RESUME_PORT)
      throw new Error(`restore: got KVM exit ${reason}, expected the port behind the state's load`);
    settle(vcpu, run);
    run.bytes[K.Run.immediate_exit] = interruption;
    ioctlBuffer(vcpu, K.KVM_SET_REGS, this.regs, "KVM_SET_REGS");
  }

  #setRegisters(run: Mapping, regs: Uint8Array): void {
    run.bytes.set(regs, K.Run.sync_regs);
    run.bytes.set(this.sregs, K.Run.sync_sregs);
    setDirty(run, REGISTERS);
  }
}

/** Whether registers put back wait for the next run. */
export function isUnsettled(run: Mapping): boolean {
  return run.bytes[K.Run.kvm_dirty_regs] !== 0;
}

/** Makes KVM complete the last exit and take registers over, without executing an instruction (KVM API, immediate_exit). */
export function settle(vcpu: number, run: Mapping): void {
  const interruption = run.bytes[K.Run.immediate_exit]!;
  run.bytes[K.Run.immediate_exit] = 1;
  const result = tryIoctl(vcpu, K.KVM_RUN, 0);
  const errno = result === -1 ? lastErrno() : "no error";
  run.bytes[K.Run.immediate_exit] = interruption;
  if (errno !== "EINTR") throw new SystemCallError("ioctl KVM_RUN to no instruction", errno);
}

function setDirty(run: Mapping, registers: bigint): void {
  viewOf(run.bytes).setBigUint64(K.Run.kvm_dirty_regs, registers, true);
}

/** The registers as the code at `start` wants them. */
function resumingAt(start: number, regs: Uint8Array, rflags: bigint): Uint8Array {
  const resuming = regs.slice();
  K.Regs.write(resuming, { rip: BigInt(start), rax: ALL_BITS, rdx: ALL_BITS, rflags });
  return resuming;
}
