// xsave-area.ts: a CPU's x87, SSE and AVX state as XSAVE lays it out (Intel SDM vol. 1, section 13.4), made comparable.

/** XSTATE_BV: which components are in use. The CPU does not write the others, and they mean their initial state. */
const IN_USE_START = 512;
const IN_USE_END = 520;
const X87 = 1;
const SSE = 2;
const AVX = 4;

// The legacy area (section 10.5.1).
const FCW = 0;
const INITIAL_FCW = 0x037f;
const X87_HEAD_END = 24;
const MXCSR = 24;
const INITIAL_MXCSR = 0x1f80;
const X87_REGISTERS = 32;
const SSE_REGISTERS = 160;
const SSE_REGISTERS_END = 416;

/**
 * The area with the initial state written out where a component of the legacy area is not in use: Linux before 5.16 leaves there what lay there. MXCSR
 * belongs to SSE and AVX (Linux's copy_xstate_to_uabi_buf has the same rule).
 */
export function wholeXsave(area: Uint8Array): Uint8Array {
  const whole = area.slice();
  const view = new DataView(whole.buffer, whole.byteOffset);
  const inUse = whole[IN_USE_START]!;
  if ((inUse & X87) === 0) {
    whole.fill(0, FCW, X87_HEAD_END).fill(0, X87_REGISTERS, SSE_REGISTERS);
    view.setUint16(FCW, INITIAL_FCW, true);
  }
  if ((inUse & SSE) === 0) whole.fill(0, SSE_REGISTERS, SSE_REGISTERS_END);
  if ((inUse & (SSE | AVX)) === 0) view.setUint32(MXCSR, INITIAL_MXCSR, true);
  return whole;
}

/** … and without XSTATE_BV: the CPU may or may not count a component in its initial state as in use. */
export function comparableXsave(area: Uint8Array): Uint8Array {
  return wholeXsave(area).fill(0, IN_USE_START, IN_USE_END);
}
