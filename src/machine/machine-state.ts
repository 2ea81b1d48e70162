// machine-state.ts: a guest CPU's state kept aside: everything about a machine that is not memory. Opaque but to its machine.
import type { MachineKind } from "./machine.js";

export interface MachineState {
  readonly kind: MachineKind;
  /** All of it as bytes, by the name of the part: for comparison. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

/** The first part in which two states differ, with the offset; undefined when they are the same. */
export function differenceOf(state: MachineState, expected: MachineState): string | undefined {
  for (const [name, bytes] of expected.parts) {
    const got = state.parts.get(name);
    if (got === undefined || got.length !== bytes.length) return name;
    const at = bytes.findIndex((byte, i) => byte !== got[i]);
    if (at >= 0) return `${name} at byte ${at}`;
  }
  return undefined;
}
