// ready-source.ts: what a guest can wait for by poll: a set of bits, and a notice when one of them is set.

export interface ReadySource {
  /** A bit for each thing that the guest can go on with. */
  readyHandles(): bigint;
  /** Calls once, as soon as any is set, but never within this call; rarely also for nothing. Returns how to stop waiting. */
  onceReadable(listener: () => void): () => void;
}
