// emulation.ts: what tests must know of a host whose CPU is software. `npm run test:svm` sets both variables there.

/** Such a host gives everything more time, and takes fewer repetitions: MAYFLY_TEST_SLOW_HOST=1. */
export const isSlowHost = process.env.MAYFLY_TEST_SLOW_HOST === "1";

/** The reason, where the CPU is QEMU's: MAYFLY_TEST_EMULATED_CPU=1. */
function skipOnQemu(reason: string): string | false {
  return process.env.MAYFLY_TEST_EMULATED_CPU === "1" && reason;
}

/** QEMU 7.2's ways, each met by more than one test (docs/hardware.md has the list). */
export const qemu = {
  noStackFault: skipOnQemu("QEMU's CPU raises #GP where a stack access that is not canonical is #SS"),
  noAlignmentCheck: skipOnQemu("QEMU's CPU does not check alignment (#AC)"),
  noSimdError: skipOnQemu("QEMU's CPU does not raise unmasked SSE exceptions (#XM)"),
} as const;
