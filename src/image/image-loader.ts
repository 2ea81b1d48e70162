// image-loader.ts: loads images that have much in common: bytes that are equal in several are kept once.
import { type Image, parseImage, readImageFile } from "./image.js";

/**
 * Functions that were built with one runtime differ in their last segment only; the rest is ten times as large. Bytes are compared, not
 * hashes of them: no file can pass its own for another's.
 *
 * @example
 * const images = new ImageLoader();
 * const one = await images.load("one.img");
 * const other = await images.load("other.img");
 */
export class ImageLoader {
  /** What images hold, by length. Gone with the last image that has it. */
  readonly #kept = new Map<number, WeakRef<Uint8Array>[]>();
  /** Memory that the next files are read into: their bytes are looked at and, where they are new, copied. */
  readonly #free: Uint8Array[] = [];

  /**
   * Reads and checks a unikernel file.
   *
   * @param name what errors call it
   * @throws {MayflyError} IMAGE_UNREADABLE when the file cannot be read, IMAGE_INVALID as `parseImage`
   */
  async load(path: string, name = path): Promise<Image> {
    const bytes = await readImageFile(path, (length) => this.#room(length));
    try {
      const image = parseImage(bytes, name);
      // Parts that overlap in the file may be more together than it is.
      return isLarger(image, bytes.length)
        ? parseImage(bytes.slice(), name)
        : image.keptBy((part) => this.#keep(part));
    } finally {
      this.#free.push(new Uint8Array(bytes.buffer));
    }
  }

  #room(length: number): Uint8Array {
    const free = this.#free.pop();
    return free !== undefined && free.length >= length ? free : new Uint8Array(length);
  }

  #keep(bytes: Uint8Array): Uint8Array {
    const alike = (this.#kept.get(bytes.length) ?? []).flatMap((each) => each.deref() ?? []);
    const known = alike.find((each) => Buffer.compare(each, bytes) === 0);
    const kept = known ?? bytes.slice();
    if (known === undefined) alike.push(kept);
    this.#kept.set(
      bytes.length,
      alike.map((each) => new WeakRef(each)),
    );
    return kept;
  }
}

function isLarger({ segments }: Image, fileBytes: number): boolean {
  return segments.reduce((sum, each) => sum + each.fileBytes.length, 0) > fileBytes;
}
