// source-watch.ts: tells when one of the files that a service was made of has changed, once they have settled.
import { statSync } from "node:fs";
import { basename, dirname, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** An editor that saves touches a file more than once, and a checkout touches many files, ms. */
const SETTLE_MS = 60;

/** Packages change when somebody installs them, in thousands of files: that is SIGHUP's matter. */
const PACKAGES = `${sep}node_modules${sep}`;

/** What editors and tools leave beside the files that they save. */
const NO_SOURCE = /^\.|~$|^\d+$|\.sw[a-z]$|^node_modules$/;

/** Folders are watched, not files alone: what a build misses may be a file that was never there. */
export class SourceWatch {
  readonly #onChange: (changed: string) => void;
  #watcher: FSWatcher | undefined;
  #files: ReadonlySet<string> = new Set();
  /** With all that is below them. */
  #trees: readonly string[] = [];
  #isOpenToAll = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange told of one of the files that have changed */
  constructor(onChange: (changed: string) => void) {
    this.#onChange = onChange;
  }

  /**
   * Watches these from now on, and no others. Resolves when it does.
   *
   * @param sources absolute paths of files, and of folders with all that is below them
   */
  async follow(sources: readonly string[]): Promise<void> {
    const own = sources.filter((path) => !path.includes(PACKAGES));
    this.#trees = own.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
    this.#files = new Set(own);
    this.#isOpenToAll = false;
    const folders = [...new Set([...own.map((path) => dirname(path)), ...this.#trees])];
    const before = this.#watcher;
    const watcher = watch(folders, {
      ignoreInitial: true,
      ignored: (path) => !folders.includes(path) && !this.#isNear(path, folders),
    });
    this.#watcher = watcher;
    watcher.on("all", (_, path) => this.#onEvent(path));
    await new Promise<void>((resolve) => watcher.once("ready", resolve));
    await before?.close();
  }

  /** Takes every change near a source for one of a source, until it follows again. */
  followAll(): void {
    this.#isOpenToAll = true;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Whether a path lies in one of the folders itself, or below a tree. */
  #isNear(path: string, folders: readonly string[]): boolean {
    if (NO_SOURCE.test(basename(path))) return false;
    return folders.includes(dirname(path)) || this.#isInTree(path);
  }

  #isInTree(path: string): boolean {
    return this.#trees.some((tree) => path.startsWith(tree + sep));
  }

  #onEvent(path: string): void {
    if (!this.#isOpenToAll && !this.#files.has(path) && !this.#isInTree(path)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onChange(path), SETTLE_MS);
  }
}
