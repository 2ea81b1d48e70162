// net.ts: network devices towards the guest. Stub of the interface only; see NetBackend.

/** Where frames come from and go to. A frame is a whole Ethernet frame without checksum. */
export interface NetBackend {
  /** Largest payload behind the 14-byte Ethernet header, bytes. */
  readonly mtu: number;
  /** Moves the next frame into `into`, cut to its length; returns its bytes, or 0 when none waits. */
  read(into: Uint8Array): number;
  /** Sends one frame. */
  write(frame: Uint8Array): void;
  /** Whether `read` would give a frame. */
  readonly readable: boolean;
  /** Calls `listener` once, as soon as a frame can be read; returns how to stop waiting. */
  onceReadable(listener: () => void): () => void;
  close(): void;
}
