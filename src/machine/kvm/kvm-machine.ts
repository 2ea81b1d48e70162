// kvm-machine.ts: one VM with one vCPU on /dev/kvm. Returns exits; never acts on them.
import { viewOf } from "../../abi/struct.js";
import { ioctlBuffer, tryIoctl } from "../../linux/ioctl.js";
import * as K from "../../linux/kvm.js";
import { lastErrno } from "../../linux/libc.js";
import { SystemCallError } from "../../linux/system-call-error.js";
import { type AddressSpace, PAGE_SIZE } from "../address-space.js";
import { isHypercallPort } from "../hypercall-ports.js";
import type { Exit, Machine, Registers } from "../machine.js";
import type { MachineState } from "../machine-state.js";
import { GuestMemory } from "../memory.js";
import { MACHINE_START } from "../memory-map.js";
import type { PageRange } from "../page-ranges.js";
import { type ExceptionFrame, isStraySyscall, readExceptionFrame, SYSCALL_BYTES } from "./exception-frame.js";
import type { LowMemory } from "./low-memory.js";
import { KvmParts } from "./parts.js";
import type { KvmResources } from "./resources.js";
import { RESUME_STATE, STUB_PORT, STUB_STRIDE, STUBS } from "./supervisor.js";
import { TouchedPages } from "./touched-pages.js";
import { isUnsettled, settle, VcpuState } from "./vcpu-state.js";

const PAGE_FAULT = 14;
const INVALID_OPCODE = 6;
const INTERRUPTED: Exit = { kind: "interrupted" };
const FS_BASE = K.Sregs.offset.fs + K.Segment.offset.base;
const GS_BASE = K.Sregs.offset.gs + K.Segment.offset.base;

export class KvmMachine implements Machine {
  readonly kind = "kvm";
  readonly memory: GuestMemory;
  /** All but the page that takes exception frames. */
  readonly ownPages: readonly PageRange[];
  readonly #shared: KvmResources;
  readonly #parts: KvmParts;
  readonly #touched: TouchedPages;
  readonly #runView: DataView;
  readonly #regs = new Uint8Array(K.Regs.size);
  /** The special registers of a guest at CPL 3. */
  readonly #userSregs: Uint8Array;
  /** What KVM_GET_SREGS gave last. */
  readonly #sregs = new Uint8Array(K.Sregs.size);
  /** What the CPU pushed, while the vCPU stands in a stub. */
  #frame: ExceptionFrame | undefined;
  /** The time-stamp offset that was given to this vCPU. */
  #tscOffset: bigint | undefined;
  /** What the guest was put back to, until it has left for the monitor since: it may still have to load its FPU. */
  #resuming: VcpuState | undefined;
  readonly #resumeState: Buffer;
  #closing: Promise<void> | undefined;

  constructor(shared: KvmResources, space: AddressSpace, low: LowMemory) {
    this.#shared = shared;
    const { constants = [] } = space;
    const kept = shared.constants?.keep(constants) ?? [];
    this.#parts = KvmParts.open(shared, space.memoryBytes, kept);
    this.#touched = new TouchedPages(shared.pageMap, this.#parts.memory, shared.guestFaults);
    this.#runView = viewOf(this.#parts.run.bytes);
    this.memory = new GuestMemory(this.#parts.memory.bytes, space, kept);
    this.memory.bytes.set(low.bytes, MACHINE_START);
    if (kept.length < constants.length)
      for (const { start, bytes } of constants) this.memory.bytes.set(bytes, start);
    this.#resumeState = Buffer.from(
      this.memory.bytes.buffer,
      this.memory.bytes.byteOffset + RESUME_STATE,
      PAGE_SIZE,
    );
    this.ownPages = low.fixedPages;
    this.#userSregs = low.sregs.slice();
  }

  run(deadline: number): Exit {
    const now = performance.now();
    if (now >= deadline) return INTERRUPTED;
    this.#shared.timer.arm(deadline, now);
    if (tryIoctl(this.#vcpu, K.KVM_RUN, 0) === -1) return this.#interruptedOrThrow();
    const reason = this.#runView.getUint32(K.Run.exit_reason, true);
    if (reason === K.KVM_EXIT_IO) return this.#portExit();
    return this.#rareExit(reason);
  }

  readRegisters(): Registers {
    this.#finishResuming();
    ioctlBuffer(this.#vcpu, K.KVM_GET_REGS, this.#regs, "KVM_GET_REGS");
    ioctlBuffer(this.#vcpu, K.KVM_GET_SREGS, this.#sregs, "KVM_GET_SREGS");
    const registers: Registers = {
      ...K.Regs.read(this.#regs),
      fsBase: viewOf(this.#sregs).getBigUint64(FS_BASE, true),
      gsBase: viewOf(this.#sregs).getBigUint64(GS_BASE, true),
    };
    if (this.#frame === undefined) return registers;
    return { ...registers, rip: this.#frame.rip, rsp: this.#frame.rsp, rflags: this.#frame.rflags };
  }

  writeRegisters(registers: Registers): void {
    this.#finishResuming();
    K.Regs.write(this.#regs, registers);
    const user = this.#userSregs;
    viewOf(user).setBigUint64(FS_BASE, registers.fsBase, true);
    viewOf(user).setBigUint64(GS_BASE, registers.gsBase, true);
    ioctlBuffer(this.#vcpu, K.KVM_SET_SREGS, user, "KVM_SET_SREGS");
    ioctlBuffer(this.#vcpu, K.KVM_SET_REGS, this.#regs, "KVM_SET_REGS");
    this.#frame = undefined;
  }

  saveState(): MachineState {
    if (this.#frame !== undefined)
      throw new Error("saveState: got a vCPU in an exception, expected one behind a hypercall");
    this.#finishResuming();
    settle(this.#vcpu, this.#parts.run);
    const state = new VcpuState(this, this.#vcpu, this.#userSregs);
    // A snapshot's memory holds it, then, and so does every VM that is put back to one.
    this.#holdResumeState(state);
    return state;
  }

  restoreState(state: MachineState): void {
    if (!(state instanceof VcpuState))
      throw new Error(`restoreState: got a state of ${state.kind}, expected one of kvm`);
    if (state.owner !== this && (this.#tscOffset === undefined || this.#tscOffset !== state.tscOffset)) {
      state.alignClock(this.#vcpu);
      this.#tscOffset = state.tscOffset;
    }
    this.#holdResumeState(state);
    if (state.stepsOnItsOwn) this.#restoreAtOnce(state);
    else {
      state.restore(this.#parts.run);
      this.#resuming = state;
    }
    this.#frame = undefined;
  }

  touchedRanges(within: readonly PageRange[] = []): readonly PageRange[] {
    return this.#touched.within(within);
  }

  trackPages(): void {
    if (this.#shared.memory.avoidHugePages(this.#parts.memory)) this.#touched.track();
  }

  populatePages(start: number, end: number): void {
    this.#parts.memory.populate(start, end - start);
  }

  dropPages(start: number, end: number): void {
    this.#parts.memory.discard(start, end - start);
    this.#touched.forget();
  }

  interrupt(): void {
    if (this.#closing === undefined) this.#runView.setUint8(K.Run.immediate_exit, 1);
  }

  rest(): void {}

  touchedBytes(): number {
    return this.#closing !== undefined ? 0 : this.#parts.memory.residentBytes();
  }

  guestCpuTime(): number {
    return 0;
  }

  close(): Promise<void> {
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }

  /** The vCPU's descriptor; -1 once closed, so that a late call fails instead of reaching another VM. */
  get #vcpu(): number {
    return this.#parts.vcpu.fd;
  }

  /** Compared first: a page that was not written need not be put back. */
  #holdResumeState({ resumeState }: VcpuState): void {
    if (!this.#resumeState.equals(resumeState)) this.#resumeState.set(resumeState);
  }

  /** Makes a guest put back what it was: it may not have come to load its FPU. */
  #finishResuming(): void {
    const state = this.#resuming;
    if (state === undefined) return;
    if (isUnsettled(this.#parts.run) || this.#isResuming(state)) this.#restoreAtOnce(state);
    this.#resuming = undefined;
  }

  #isResuming(state: VcpuState): boolean {
    ioctlBuffer(this.#vcpu, K.KVM_GET_REGS, this.#regs, "KVM_GET_REGS");
    return state.isResuming(this.#regs);
  }

  #restoreAtOnce(state: VcpuState): void {
    state.restoreAtOnce(this.#vcpu, this.#parts.run, () => this.#shared.timer.consume());
    this.#resuming = undefined;
  }

  #interruptedOrThrow(): Exit {
    const errno = lastErrno();
    if (errno !== "EINTR") throw new SystemCallError("ioctl KVM_RUN", errno, mendOf(errno));
    this.#runView.setUint8(K.Run.immediate_exit, 0);
    this.#shared.timer.consume();
    return INTERRUPTED;
  }

  #portExit(): Exit {
    this.#resuming = undefined;
    const view = this.#runView;
    const port = view.getUint16(K.Run.io_port, true);
    const isOut = view.getUint8(K.Run.io_direction) === 1;
    const size = view.getUint8(K.Run.io_size);
    if (port === STUB_PORT) return this.#exceptionExit();
    if (isOut && size === 4 && view.getUint32(K.Run.io_count, true) === 1 && isHypercallPort(port)) {
      const at = Number(view.getBigUint64(K.Run.io_data_offset, true));
      return { kind: "hypercall", port, argument: view.getUint32(at, true) };
    }
    return { kind: "port", port, direction: isOut ? "out" : "in", size };
  }

  #exceptionExit(): Exit {
    // Hardware leaves rip at the stub's `out`, KVM's emulator behind it: both are within the stub's stride.
    ioctlBuffer(this.#vcpu, K.KVM_GET_REGS, this.#regs, "KVM_GET_REGS");
    const stopped = K.Regs.read(this.#regs);
    const vector = Math.floor((Number(stopped.rip) - STUBS) / STUB_STRIDE);
    this.#frame = readExceptionFrame(this.memory.bytes, vector);
    if (vector !== PAGE_FAULT)
      return { kind: "exception", vector, errorCode: this.#frame.errorCode, address: 0n };
    if (isStraySyscall(this.#frame, stopped.rcx, this.memory)) {
      this.#frame = { ...this.#frame, rip: stopped.rcx - SYSCALL_BYTES, errorCode: 0 };
      return { kind: "exception", vector: INVALID_OPCODE, errorCode: 0, address: 0n };
    }
    ioctlBuffer(this.#vcpu, K.KVM_GET_SREGS, this.#sregs, "KVM_GET_SREGS");
    return {
      kind: "exception",
      vector,
      errorCode: this.#frame.errorCode,
      address: K.Sregs.read(this.#sregs).cr2,
    };
  }

  #rareExit(reason: number): Exit {
    if (reason === K.KVM_EXIT_INTR) return INTERRUPTED;
    const view = this.#runView;
    switch (reason) {
      case K.KVM_EXIT_SHUTDOWN:
        return { kind: "failed", detail: "the virtual CPU shut down" };
      case K.KVM_EXIT_MMIO:
        return {
          kind: "failed",
          detail: `access to 0x${view.getBigUint64(K.Run.mmio_phys_addr, true).toString(16)}, where no memory is`,
        };
      case K.KVM_EXIT_FAIL_ENTRY:
        return {
          kind: "failed",
          detail: `the CPU refused the guest's state (hardware reason 0x${view.getBigUint64(K.Run.hardware_exit_reason, true).toString(16)})`,
        };
      case K.KVM_EXIT_INTERNAL_ERROR:
        return {
          kind: "failed",
          detail: `KVM internal error ${view.getUint32(K.Run.internal_suberror, true)}`,
        };
      default:
        return { kind: "failed", detail: `unexpected KVM exit ${reason}` };
    }
  }
}

function mendOf(errno: string): string | undefined {
  // The kernel makes a thread for each VM when that first runs, and counts it as one of this process's.
  return errno === "EAGAIN"
    ? "allow more tasks (ulimit -u, systemd's TasksMax, the container's limit of processes)"
    : undefined;
}
