// held-buffers.ts: how much memory buffers hold that somebody still refers to.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes, without those that wait for a collection. */
export function heldBufferBytes(): number {
  collectGarbage();
  // V8 frees buffers in the background; the next collection waits for it.
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
