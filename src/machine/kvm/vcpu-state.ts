// vcpu-state.ts: everything that a vCPU keeps of a guest, taken and put back: registers, segments, FPU and SSE, its clock.
import { MayflyError } from "../../errors.js";
import { ioctlBuffer, tryIoctl } from "../../linux/ioctl.js";
import * as K from "../../linux/kvm.js";
import { lastErrno } from "../../linux/libc.js";
import type { Mapping } from "../../linux/mapping.js";
import { SystemCallError } from "../../linux/system-call-error.js";
import { readTscOffset, writeTscOffset } from "../../linux/tsc-offset.js";
import type { Instruction } from "../instruction.js";
import { comparableXsave, type MachineState } from "../machine-state.js";

const REGISTERS = BigInt(K.KVM_SYNC_X86_REGS | K.KVM_SYNC_X86_SREGS);
const TASK = K.Sregs.offset.tr;

/** A vCPU between two runs. */
export class VcpuState implements MachineState {
  readonly kind = "kvm";
  readonly regs = new Uint8Array(K.Regs.size);
  readonly sregs = new Uint8Array(K.Sregs.size);
  readonly xsave = new Uint8Array(K.XSAVE_BYTES);
  /** What the guest's time-stamp counter is ahead of the host's, ticks; undefined where KVM does not tell. */
  readonly tscOffset: bigint | undefined;
  readonly #startsAtPort: boolean;

  /** The machine whose vCPU it was taken of. */
  readonly owner: object;

  /** Takes the state of a vCPU that is settled. `next` is the instruction that it goes on with, `user` the sregs of every guest. */
  constructor(owner: object, vcpu: number, next: Instruction | undefined, user: Uint8Array) {
    this.owner = owner;
    ioctlBuffer(vcpu, K.KVM_GET_REGS, this.regs, "KVM_GET_REGS");
    ioctlBuffer(vcpu, K.KVM_GET_SREGS, this.sregs, "KVM_GET_SREGS");
    // KVM on AMD tells of a busy task whatever was set. Not every CPU honors the I/O bitmap of one: see KvmHost.
    this.sregs.set(user.subarray(TASK, TASK + K.Segment.size), TASK);
    ioctlBuffer(vcpu, K.KVM_GET_XSAVE, this.xsave, "KVM_GET_XSAVE");
    this.tscOffset = readTscOffset(vcpu);
    this.#startsAtPort = next === undefined || accessesPort(next.opcode);
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

  /** Makes a vCPU what this one was, but for its clock. The registers follow with the next run: that saves two calls. */
  restore(vcpu: number, run: Mapping): void {
    // What KVM still does of the last `out` is to step over it, when rip stands there. It must not step over another.
    if (this.#startsAtPort) settle(vcpu, run);
    ioctlBuffer(vcpu, K.KVM_SET_XSAVE, this.xsave, "KVM_SET_XSAVE");
    run.bytes.set(this.regs, K.Run.sync_regs);
    run.bytes.set(this.sregs, K.Run.sync_sregs);
    setDirty(run, REGISTERS);
  }
}

/** Whether registers put back wait for the next run. */
export function isUnsettled(run: Mapping): boolean {
  return run.bytes[K.Run.kvm_dirty_regs] !== 0;
}

/** Forgets registers that wait for the next run: others were set. */
export function dropUnsettled(run: Mapping): void {
  setDirty(run, 0n);
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
  new DataView(run.bytes.buffer, run.bytes.byteOffset).setBigUint64(K.Run.kvm_dirty_regs, registers, true);
}

/** in, out, ins, outs */
function accessesPort(opcode: number): boolean {
  const kind = opcode & 0xfc;
  return kind === 0xe4 || kind === 0xec || kind === 0x6c;
}
