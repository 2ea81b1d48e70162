// runtime-flags.ts: how the JavaScript runtime and its engine are compiled and linked, and why. Pure data.
import { join } from "node:path";
import { baseDirectory, packageRoot } from "../places.js";
import { LINEAR_BASE, NATIVE_STACK, NATIVE_STACK_BYTES, TEXT, TEXT_END } from "./layout.js";
import type { InitialMemory } from "./wasm-module.js";

/** The runtime's C sources, and its prelude. */
export const runtimeDirectory: string = join(packageRoot, "guest", "js");

/** Nothing is mapped in this many bytes below the native stack. No function's frame is as large. */
const STACK_GUARD_BYTES = 0x8000;

/** The places that C and linker script need to know. */
export function places(memory: InitialMemory): Readonly<Record<string, number>> {
  return {
    TEXT,
    TEXT_END,
    NATIVE_STACK,
    NATIVE_STACK_BYTES,
    STACK_GUARD_BYTES,
    STACK_RATIO: NATIVE_STACK_BYTES / memory.stackTop,
    LINEAR_BASE,
    LINEAR_BYTES: memory.bytes,
    ...Object.fromEntries(
      memory.parts.map(({ section, at }) => [section.slice(1).toUpperCase(), LINEAR_BASE + at]),
    ),
    LINEAR_STACK_BYTES: memory.stackTop,
  };
}

/** The same for the compiler. */
export function placeFlags(memory: InitialMemory): string[] {
  return Object.entries(places(memory)).map(([name, value]) => `-D${name}=${value}`);
}

/** For the runtime's own files and the engine's, behind every program's. */
export const runtimeFlags: readonly string[] = [
  // Rounding is one instruction.
  "-msse4.1",
  "-Wno-unused-parameter",
];

/** For the translated engine, behind the runtime's; what training showed comes behind these (compile-engine.ts). */
export const engineFlags: readonly string[] = [
  // Behind -O2, which is a tenth slower on the bench's loads. Nobody looks at floating-point exceptions here.
  "-O3",
  "-fno-trapping-math",
  "-falign-loops=32",
  // Its arrays lie in its own memory, where a canary of ours guards nothing.
  "-fno-stack-protector",
  "-fno-math-errno",
  // It is the translator's text, not a person's.
  "-Wno-all",
  "-Wno-extra",
  // The guard below the native stack is wider than any one frame.
  "-Werror=frame-larger-than=4096",
];

/** For guest/js/training/trainer.c, a program of the host with its C library. The base layer's own string.h comes behind that. */
export function trainerFlags(memory: InitialMemory): string[] {
  const include = ["-I", runtimeDirectory, "-idirafter", baseDirectory];
  // Its stack changes under it, and the engine's code is not position-independent.
  return ["-std=gnu11", "-O1", "-fno-pie", "-fno-stack-protector", ...placeFlags(memory), ...include];
}

/** The program lies above the guest's addresses, which it needs itself. */
export const trainerLinkFlags: readonly string[] = [
  "-no-pie",
  "-fprofile-generate",
  "-Wl,-Ttext-segment=0x40000000",
  "-Wl,-z,noexecstack",
];

export function runtimeLinkFlags(memory: InitialMemory): string[] {
  return [
    "-static",
    "-nostdlib",
    "-no-pie",
    ...Object.entries(places(memory)).map(([name, value]) => `-Wl,--defsym=${name}=${value}`),
    `-Wl,-T,${join(runtimeDirectory, "js.ld")}`,
    "-Wl,--gc-sections",
    "-Wl,-z,max-page-size=4096",
    "-Wl,-z,noexecstack",
    "-Wl,--build-id=none",
    "-Wl,-z,separate-code",
  ];
}
