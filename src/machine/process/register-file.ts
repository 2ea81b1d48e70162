// register-file.ts: the registers of a stopped vessel, kept as the kernel's struct; hot fields are read without bigints.
import { UserRegs } from "../../linux/ptrace.js";
import { isCanonical } from "../exceptions.js";
import { GuestFault } from "../guest-fault.js";
import type { Registers } from "../machine.js";

const at = UserRegs.offset;
const MIB_4096 = 0x1_0000_0000;

/** Selectors of 64-bit code and of data at CPL 3 (arch/x86/include/asm/segment.h). */
const USER_CS = 0x33n;
const USER_DS = 0x2bn;
/** Says that no system call is under way, which the kernel might otherwise restart. */
const NO_SYSTEM_CALL = 0xffff_ffff_ffff_ffffn;
/** Interrupts are always on in a process; a guest believes them to be off. */
const INTERRUPT_FLAG = 0x200n;
/** First address that is the kernel's: no segment may start there (TASK_SIZE_MAX). */
const KERNEL_HALF = 0x7fff_ffff_f000n;

/** Changes since the kernel saw the registers last. */
export type Dirty = "none" | "rip" | "all";

export class RegisterFile {
  /** A `user_regs_struct`. Whoever fills it sets `dirty` to "none". */
  readonly bytes = new Uint8Array(UserRegs.size);
  readonly #view = new DataView(this.bytes.buffer);
  dirty: Dirty = "none";

  /** rip where guest memory can be; beyond 4 GiB any number that is no less. */
  get rip(): number {
    return this.#view.getUint32(at.rip + 4, true) * MIB_4096 + this.#view.getUint32(at.rip, true);
  }

  /** Moves on behind an instruction. */
  set rip(address: number) {
    this.#view.setUint32(at.rip, address, true);
    this.#view.setUint32(at.rip + 4, Math.floor(address / MIB_4096), true);
    if (this.dirty === "none") this.dirty = "rip";
  }

  /** Gives rax back what the guest had there before the kernel took it for a system call's number. */
  undoSystemCall(): void {
    this.#view.setBigUint64(at.rax, this.#view.getBigUint64(at.orig_rax, true), true);
    this.#view.setBigUint64(at.orig_rax, NO_SYSTEM_CALL, true);
    this.dirty = "all";
  }

  get eax(): number {
    return this.#view.getUint32(at.rax, true);
  }

  get dx(): number {
    return this.#view.getUint16(at.rdx, true);
  }

  /** False when the guest went to 32-bit code by a far jump. */
  get isLongMode(): boolean {
    return this.#view.getUint16(at.cs, true) === Number(USER_CS);
  }

  read(): Registers {
    const view = this.#view;
    return {
      rax: view.getBigUint64(at.rax, true),
      rbx: view.getBigUint64(at.rbx, true),
      rcx: view.getBigUint64(at.rcx, true),
      rdx: view.getBigUint64(at.rdx, true),
      rsi: view.getBigUint64(at.rsi, true),
      rdi: view.getBigUint64(at.rdi, true),
      rsp: view.getBigUint64(at.rsp, true),
      rbp: view.getBigUint64(at.rbp, true),
      r8: view.getBigUint64(at.r8, true),
      r9: view.getBigUint64(at.r9, true),
      r10: view.getBigUint64(at.r10, true),
      r11: view.getBigUint64(at.r11, true),
      r12: view.getBigUint64(at.r12, true),
      r13: view.getBigUint64(at.r13, true),
      r14: view.getBigUint64(at.r14, true),
      r15: view.getBigUint64(at.r15, true),
      rip: view.getBigUint64(at.rip, true),
      rflags: view.getBigUint64(at.eflags, true) & ~INTERRUPT_FLAG,
      fsBase: view.getBigUint64(at.fs_base, true),
      gsBase: view.getBigUint64(at.gs_base, true),
    };
  }

  /** @throws GuestFault when a segment base is one that a process cannot have */
  write(registers: Registers): void {
    const { rflags, fsBase, gsBase, ...general } = registers;
    for (const base of [fsBase, gsBase])
      if (base >= KERNEL_HALF || !isCanonical(base))
        throw new GuestFault(
          "privileged-instruction",
          `a segment base of 0x${base.toString(16)}: got an address of the host's kernel, expected one below 0x${KERNEL_HALF.toString(16)}`,
          base,
        );
    UserRegs.write(this.bytes, {
      ...general,
      eflags: rflags,
      fs_base: fsBase,
      gs_base: gsBase,
      cs: USER_CS,
      ss: USER_DS,
      ds: 0n,
      es: 0n,
      fs: 0n,
      gs: 0n,
      orig_rax: NO_SYSTEM_CALL,
    });
    this.dirty = "all";
  }
}
