// guest-program.ts: guests of a few instructions, assembled by hand: arguments are laid out beforehand, code only hands them over.
import { Halt, HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_PUTS, Puts } from "../../../src/abi/hypercalls.js";
import { type Fields, roundUp, type Struct, type Values } from "../../../src/abi/struct.js";
import { type Image, parseImage } from "../../../src/index.js";
import { buildImage, type ImagePlan, type SegmentPlan } from "../../support/image-builder.js";

/** Where a program's data lie: a read-write segment. */
export const DATA_ADDRESS = 0x20_0000;
const DATA_BYTES = 0x4_0000;
/** Bytes of the jump back in `forever`. */
const JUMP_BYTES = 5;

/** General registers in the order of their numbers in machine code. */
export const REGISTERS = [
  "rax",
  "rcx",
  "rdx",
  "rbx",
  "rsp",
  "rbp",
  "rsi",
  "rdi",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
] as const;

/**
 * Code and data of one guest.
 *
 * @example
 * const image = new GuestProgram().print("hello\n").halt(0).image();
 */
export class GuestProgram {
  readonly #code: number[] = [];
  readonly #data = new Uint8Array(DATA_BYTES);
  #used = 0;

  /** Machine code as it is. */
  raw(...code: number[]): this {
    this.#code.push(...code);
    return this;
  }

  /** Puts bytes into the data segment; returns their address. */
  place(bytes: Uint8Array): number {
    const address = this.reserve(bytes.length);
    this.#data.set(bytes, address - DATA_ADDRESS);
    return address;
  }

  /** Sets bytes of the data segment aside; returns their address. */
  reserve(length: number): number {
    const address = DATA_ADDRESS + this.#used;
    this.#used = roundUp(this.#used + length, 16);
    if (this.#used > DATA_BYTES)
      throw new Error(`guest data: got ${this.#used} bytes, expected at most ${DATA_BYTES}`);
    return address;
  }

  /** Puts a struct into the data segment; returns its address. */
  struct<F extends Fields>(layout: Struct<F>, values: Partial<Values<F>>): number {
    const bytes = new Uint8Array(layout.size);
    layout.write(bytes, values);
    return this.place(bytes);
  }

  /** mov eax, argument; mov dx, port; out dx, eax */
  out(port: number, argument: number): this {
    return this.raw(0xb8, ...u32(argument), 0x66, 0xba, port & 0xff, port >> 8, 0xef);
  }

  hypercall(number: number, argument: number): this {
    return this.out(HVT_HYPERCALL_PIO_BASE + number, argument);
  }

  /** Writes guest memory to the console, as it is when the guest comes by. */
  show(address: number, length: number): this {
    return this.hypercall(
      HVT_HYPERCALL_PUTS,
      this.struct(Puts, { data: BigInt(address), len: BigInt(length) }),
    );
  }

  print(text: string): this {
    const bytes = Buffer.from(text);
    return this.show(this.place(bytes), bytes.length);
  }

  /** mov [address], register: all 64 bits */
  store(register: (typeof REGISTERS)[number], address: number): this {
    const number = REGISTERS.indexOf(register);
    return this.raw(0x48 | ((number & 8) >> 1), 0x89, ...absolute(number & 7, address));
  }

  /** mov register, value, for the low eight registers */
  load(register: (typeof REGISTERS)[number], value: bigint | number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    const number = REGISTERS.indexOf(register);
    return this.raw(0x48 | (number >> 3), 0xb8 | (number & 7), ...bytes);
  }

  /** An instruction with a memory operand at a fixed address: opcode bytes, the ModRM byte's reg field, the address. */
  memory(opcode: readonly number[], reg: number, address: number): this {
    return this.raw(...opcode, ...absolute(reg, address));
  }

  /** Does everything that `body` says, for ever. */
  forever(body: (program: this) => void = () => {}): this {
    const start = this.#code.length;
    body(this);
    return this.raw(0xe9, ...u32(start - this.#code.length - JUMP_BYTES));
  }

  halt(exitStatus = 0): this {
    return this.hypercall(8, this.struct(Halt, { cookie: 0n, exit_status: exitStatus }));
  }

  image(plan: Omit<ImagePlan, "code"> = {}, name = "program"): Image {
    return parseImage(this.bytes(plan), name);
  }

  /** The image's file: code at TEXT_ADDRESS, data at DATA_ADDRESS. */
  bytes(plan: Omit<ImagePlan, "code"> = {}): Uint8Array {
    const data: SegmentPlan = {
      address: DATA_ADDRESS,
      bytes: this.#data.slice(0, Math.max(this.#used, 1)),
      memoryBytes: DATA_BYTES,
      flags: "rw-",
    };
    const segments = [data, ...(plan.segments ?? [])].sort((a, b) => a.address - b.address);
    return buildImage({ ...plan, code: Uint8Array.from(this.#code), segments });
  }
}

/** A ModRM byte with a SIB byte that says: no base, no index, 32 bits of address. */
function absolute(reg: number, address: number): number[] {
  return [0x04 | (reg << 3), 0x25, ...u32(address)];
}

function u32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff];
}
