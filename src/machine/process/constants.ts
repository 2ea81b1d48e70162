// constants.ts: what all VMs of an image have in common and nobody can write, kept once: each vessel maps the same sealed memory.
import type { Descriptor } from "../../linux/descriptor.js";
import { type Mapping, mapReadOnly } from "../../linux/mapping.js";
import { createSealedMemory } from "../../linux/memfd.js";
import type { Constant } from "../address-space.js";
import { digestOf } from "../constant-digest.js";

/** Memory in which constants lie at their guest addresses, and zeros in between. Sealed against writes before anybody else has it. */
export class KeptConstants {
  readonly descriptor: Descriptor;
  readonly #mapping: Mapping;

  constructor(constants: readonly Constant[]) {
    const length = constants.at(-1)!.end;
    this.descriptor = createSealedMemory("mayfly-constants", length, constants);
    try {
      this.#mapping = mapReadOnly(this.descriptor.fd, length, "constants");
    } catch (error) {
      this.descriptor.close();
      throw error;
    }
  }

  /** By guest address. Only to be read. */
  get bytes(): Uint8Array {
    return this.#mapping.bytes;
  }

  close(): void {
    this.#mapping.close();
    this.descriptor.close();
  }
}

/** By content: functions that were built with one runtime share its text. Kept until the host is closed. */
export class Constants {
  readonly #byContent = new Map<string, KeptConstants>();
  readonly #bySpace = new WeakMap<readonly Constant[], KeptConstants>();

  /** @param constants at least one */
  keep(constants: readonly Constant[]): KeptConstants {
    const known = this.#bySpace.get(constants);
    if (known !== undefined) return known;
    const key = constants.map(({ start, end, bytes }) => `${start} ${end} ${digestOf(bytes)}`).join();
    const kept = this.#byContent.get(key) ?? new KeptConstants(constants);
    this.#byContent.set(key, kept);
    this.#bySpace.set(constants, kept);
    return kept;
  }

  close(): void {
    for (const kept of this.#byContent.values()) kept.close();
    this.#byContent.clear();
  }
}
