// device.ts: what every device is: a value that answers hypercalls. It never knows which machine it serves.
import type { GuestMemory } from "../machine/memory.js";

/**
 * Answers one hypercall. `argument` is the GPA of the argument struct, unchecked.
 * A promise means that the guest waits; throwing `GuestFault` ends the guest. A guest makes one hypercall at a time.
 */
export type Answer = (memory: GuestMemory, argument: number) => void | Promise<void>;

/** Hypercalls by port (0x501 …). */
export type Answers = ReadonlyMap<number, Answer>;

export interface Device {
  readonly answers: Answers;
  /** Gives back what it holds. A second call does nothing. */
  close(): void;
}
