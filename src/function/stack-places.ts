// stack-places.ts: gives the stacks in a function's words the handler's own files and lines: in errors, and on the console.
import type { ConsoleSink } from "../device/console.js";
import type { Image } from "../image/image.js";
import { loadSourceMap } from "../source-map/load-source-map.js";

export interface StackPlaces {
  /** The text with its stacks mapped. */
  map(text: string): string;
  /** A console for output with its stacks mapped. */
  console(sink: ConsoleSink): ConsoleSink;
}

/** What every line of a stack starts with. */
const FRAME = Buffer.from("    at ");

/**
 * By the source map beside the image. Where there is none, everything stays as the guest said it.
 *
 * @param imagePath where the image was loaded from
 */
export async function loadStackPlaces(imagePath: string, image: Image): Promise<StackPlaces> {
  const mapper = await loadSourceMap(imagePath, image);
  if (mapper === undefined) return { map: (text) => text, console: (sink) => sink };
  return {
    map: (text) => mapper.map(text),
    // A guest prints a stack with one call, so that no part of it is waited for.
    console: (sink) => (bytes) => {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      return sink(text.includes(FRAME) ? Buffer.from(mapper.map(text.toString())) : bytes);
    },
  };
}
