// flags.ts: how guest code is compiled and linked, and why. Pure data.
import { join } from "node:path";
import { baseDirectory } from "./places.js";

/** For every C file of an image. A program's own flags come behind and win. */
export const programFlags: readonly string[] = [
  "-std=gnu11",
  "-O2",
  "-Wall",
  "-Wextra",
  "-ffreestanding",
  // An image is loaded where it was linked.
  "-fno-pie",
  "-static",
  // An exception at CPL 0 pushes its frame right below rsp.
  "-mno-red-zone",
  // AVX needs OSXSAVE, which a guest does not get.
  "-mno-avx",
  "-fcf-protection=none",
  "-fno-asynchronous-unwind-tables",
  // The linker leaves out what nobody calls.
  "-ffunction-sections",
  "-fdata-sections",
  // The canary is a global: one at %fs:0x28 would need the FS base, a privileged instruction, in every boot.
  "-fstack-protector-strong",
  "-mstack-protector-guard=global",
  // Headers come from the compiler and the base layer; the host's describe another system.
  "-nostdinc",
];

/** For the base layer, behind the program's. */
export const baseFlags: readonly string[] = [
  // No SSE: under solo5-hvt the base layer runs at CPL 0, where some KVMs emulate every instruction and know none of it.
  "-mgeneral-regs-only",
  // A loop in memset must not become a call of memset.
  "-fno-tree-loop-distribute-patterns",
  "-Wshadow",
  "-Wpointer-arith",
  "-Wcast-qual",
  "-Wwrite-strings",
];

/** The linker script. */
export const linkerScript: string = join(baseDirectory, "base.ld");

export const linkFlags: readonly string[] = [
  "-static",
  "-nostdlib",
  "-no-pie",
  `-Wl,-T,${linkerScript}`,
  "-Wl,--gc-sections",
  "-Wl,-z,max-page-size=4096",
  "-Wl,-z,noexecstack",
  "-Wl,--build-id=none",
  // Two sections that share a page would share permissions.
  "-Wl,-z,separate-code",
];
