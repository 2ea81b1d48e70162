// loop-guest.ts: images that do nothing but hypercalls, in the very instructions of native/kvm-loop.c.
import {
  HVT_HYPERCALL_PIO_BASE,
  HVT_HYPERCALL_PUTS,
  HVT_HYPERCALL_WALLTIME,
  Puts,
} from "../src/abi/hypercalls.js";
import { buildImage, haltCode } from "../test/support/image-builder.js";

const DATA = 0x102000;
/** struct hvt_hc_walltime */
const WALLTIME = DATA;
/** struct hvt_hc_puts that names one byte. */
const PUTS = DATA + 64;

/** `count` times walltime, then a halt. */
export function haltingLoop(count: number): Uint8Array {
  return image([...walltimes(count), ...haltCode()]);
}

/** Again and again: a byte on the console, `count` times walltime, a byte on the console. */
export function markedLoop(count: number): Uint8Array {
  const turn = [...mark(), ...walltimes(count), ...mark()];
  return image([...turn, 0xe9, ...u32(-(turn.length + 5))]); // jmp to the start
}

function walltimes(count: number): number[] {
  return [
    ...[0xb8, ...u32(WALLTIME)], // mov eax, WALLTIME
    ...[0xb9, ...u32(count)], // mov ecx, count
    ...[0xba, ...u32(HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_WALLTIME)], // mov edx, port
    0xef, // out dx, eax
    ...[0xff, 0xc9], // dec ecx
    ...[0x75, 0xfb], // jnz to the out
  ];
}

function mark(): number[] {
  return [
    ...[0xb8, ...u32(PUTS)], // mov eax, PUTS
    ...[0xba, ...u32(HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_PUTS)], // mov edx, port
    0xef, // out dx, eax
  ];
}

function u32(value: number): number[] {
  return [...new Uint8Array(Int32Array.of(value).buffer)];
}

function image(code: readonly number[]): Uint8Array {
  const data = new Uint8Array(4096);
  Puts.write(data, { data: BigInt(DATA), len: 1n }, PUTS - DATA);
  return buildImage({
    code: Uint8Array.from(code),
    segments: [{ address: DATA, bytes: data, flags: "rw-" }],
  });
}
