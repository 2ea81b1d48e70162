// file.ts: File (the File API, section 4): a Blob with a name.
import { webClass } from "../shared.js";
import { Blob, type BlobOptions } from "./blob.js";

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(parts: Iterable<unknown>, name: string, options: BlobOptions & { lastModified?: number } = {}) {
    if (name === undefined) throw new TypeError("new File: expected parts and a name");
    super(parts, options);
    this.#name = (`${name}` as string & { toWellFormed(): string }).toWellFormed();
    const time = options?.lastModified;
    this.#lastModified = time === undefined ? Date.now() : Math.trunc(Number(time)) || 0;
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  get webkitRelativePath(): string {
    return "";
  }
}

webClass(File, "File");
