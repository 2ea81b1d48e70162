// constant-digest.ts: what constants are known by: a hash of their bytes, which takes longer than to look an image over.
import { createHash } from "node:crypto";

/** Images that were loaded together have the very same bytes. These never change. */
const known = new WeakMap<Uint8Array, string>();

/** SHA-256, made once for each array. */
export function digestOf(bytes: Uint8Array): string {
  const digest = known.get(bytes) ?? createHash("sha256").update(bytes).digest("hex");
  known.set(bytes, digest);
  return digest;
}
