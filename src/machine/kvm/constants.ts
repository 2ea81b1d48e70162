// constants.ts: what all VMs of an image have in common and nobody writes, kept once: each VM maps the same host memory, in large pages.
import { type Mapping, mapAnonymous } from "../../linux/mapping.js";
import { type Constant, LARGE_PAGE } from "../address-space.js";
import { digestOf } from "../constant-digest.js";

/** Content that is kept, at a multiple of 2 MiB, so that the kernel can give it one huge page for each. */
export interface KeptConstant extends Constant {
  readonly mapping: Mapping;
}

/** By content: functions that were built with one runtime share its text. Kept until the host is closed. */
export class Constants {
  readonly #byContent = new Map<string, Mapping>();
  readonly #bySpace = new WeakMap<readonly Constant[], readonly KeptConstant[]>();

  keep(constants: readonly Constant[]): readonly KeptConstant[] {
    const known = this.#bySpace.get(constants);
    if (known !== undefined) return known;
    const kept = constants.map((constant) => {
      const mapping = this.#mapping(constant);
      return { ...constant, bytes: mapping.bytes, mapping };
    });
    this.#bySpace.set(constants, kept);
    return kept;
  }

  close(): void {
    for (const mapping of this.#byContent.values()) mapping.close();
    this.#byContent.clear();
  }

  #mapping({ start, end, bytes }: Constant): Mapping {
    const key = `${end - start} ${digestOf(bytes)}`;
    const known = this.#byContent.get(key);
    if (known !== undefined) return known;
    const mapping = mapAnonymous(end - start, LARGE_PAGE);
    mapping.preferHugePages(0, mapping.length);
    mapping.bytes.set(bytes);
    this.#byContent.set(key, mapping);
    return mapping;
  }
}
