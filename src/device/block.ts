// block.ts: block devices towards the guest. Stub of the interface only; see BlockBackend.

/** Where the bytes of a block device live. Offsets and lengths are in range and whole sectors: the device checked. */
export interface BlockBackend {
  /** Bytes. */
  readonly capacity: number;
  readonly readOnly: boolean;
  /** Fills `into` from `offset`. A promise when the bytes are not at hand. Throws a SystemCallError when the host fails. */
  read(offset: number, into: Uint8Array): void | Promise<void>;
  write(offset: number, from: Uint8Array): void | Promise<void>;
  close(): void;
}
