// form-data.ts: FormData (XMLHttpRequest standard, section 4).
import { iterable, part, webClass } from "../shared.js";

const { Blob, File, blobBytes } = part("blob");

export type Entry = string | InstanceType<typeof File>;

export class FormData {
  // By pairs.ts:
  declare readonly entries: () => IterableIterator<[string, Entry]>;
  declare readonly keys: () => IterableIterator<string>;
  declare readonly values: () => IterableIterator<Entry>;
  declare readonly [Symbol.iterator]: () => IterableIterator<[string, Entry]>;

  #entries: [string, Entry][] = [];

  static {
    iterable(FormData, "FormData", (form) => form.#entries);
  }

  constructor(form?: unknown) {
    if (form !== undefined)
      throw new TypeError("new FormData: got a form, expected nothing: there is no document");
  }

  append(name: string, value: unknown, filename?: string): void {
    this.#entries.push(entryOf(name, value, filename));
  }

  set(name: string, value: unknown, filename?: string): void {
    const entry = entryOf(name, value, filename);
    const at = this.#entries.findIndex(([key]) => key === entry[0]);
    if (at < 0) {
      this.#entries.push(entry);
      return;
    }
    this.#entries[at] = entry;
    this.#entries = this.#entries.filter(([key], place) => place <= at || key !== entry[0]);
  }

  get(name: string): Entry | null {
    return this.#entries.find(([key]) => key === `${name}`)?.[1] ?? null;
  }

  getAll(name: string): Entry[] {
    return this.#entries.filter(([key]) => key === `${name}`).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#entries.some(([key]) => key === `${name}`);
  }

  delete(name: string): void {
    this.#entries = this.#entries.filter(([key]) => key !== `${name}`);
  }
}

/** "Create an entry": a Blob becomes a File. */
function entryOf(name: string, value: unknown, filename: string | undefined): [string, Entry] {
  const wellFormed = (text: unknown) => (`${text}` as string & { toWellFormed(): string }).toWellFormed();
  if (!(value instanceof Blob)) {
    if (filename !== undefined)
      throw new TypeError("FormData: got a file name for text, expected a Blob with it");
    return [wellFormed(name), wellFormed(value)];
  }
  if (value instanceof File && filename === undefined) return [wellFormed(name), value];
  const file = new File([blobBytes(value)], filename === undefined ? "blob" : wellFormed(filename), {
    type: value.type,
    ...(value instanceof File ? { lastModified: value.lastModified } : {}),
  });
  return [wellFormed(name), file];
}

webClass(FormData, "FormData");
