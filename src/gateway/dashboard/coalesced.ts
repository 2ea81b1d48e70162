// coalesced.ts: tells listeners of something at most ten times a second: eyes need no more.

const UPDATE_MS = 100;

export class Coalesced<Update> {
  readonly #listeners = new Set<(update: Update) => void>();
  readonly #make: () => Update;
  #timer: NodeJS.Timeout | undefined;

  /** @param make called when it is time to tell */
  constructor(make: () => Update) {
    this.#make = make;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** @returns ends it */
  add(listener: (update: Update) => void): () => void {
    // Of its own: one that is added twice is told twice.
    const told = (update: Update): void => listener(update);
    this.#listeners.add(told);
    return () => {
      this.#listeners.delete(told);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** There is something to tell, by and by. */
  soon(): void {
    if (this.#listeners.size > 0) this.#timer ??= setTimeout(() => this.#tell(), UPDATE_MS).unref();
  }

  #tell(): void {
    this.#timer = undefined;
    const update = this.#make();
    for (const listener of this.#listeners) listener(update);
  }
}
