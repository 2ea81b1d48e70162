// source-watch.ts: tells when one of the files that a service was made of has changed, once they have settled.
import { fstatSync, type Stats, statSync } from "node:fs";
import { basename, dirname, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** An editor that saves touches a file more than once, and a checkout touches many files, ms. */
const SETTLE_MS = 60;

/** Packages change when somebody installs them, in thousands of files: that is SIGHUP's matter. */
const PACKAGES = `${sep}node_modules${sep}`;

/** What editors and tools leave beside the files that they save. */
const NO_SOURCE = /^\.|~$|^\d+$|\.sw[a-z]$|^node_modules$/;

/** What handlers, configurations, certificates and images are called. Of other files only those are sources that a build has read. */
const SOURCE = /\.(?:[cm]?[jt]sx?|json|pem|crt|cer|key|img)$/;

/** Folders are watched, not files alone: what a build misses may be a file that was never there. */
export class SourceWatch {
  readonly #onChange: (changed: string) => void;
  #watcher: FSWatcher | undefined;
  #files: ReadonlySet<string> = new Set();
  /** With all that is below them. */
  #trees: readonly string[] = [];
  #isOpenToAll = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Ends the wait for a watcher that is not ready yet. */
  #giveUp = (): void => {};

  /** @param onChange told of one of the files that have changed */
  constructor(onChange: (changed: string) => void) {
    this.#onChange = onChange;
  }

  /**
   * Watches these from now on, and no others. Resolves when it does.
   *
   * @param sources absolute paths of files, and of folders with all that is below them; none: watches nothing
   */
  async follow(sources: readonly string[]): Promise<void> {
    if (this.#isClosed) return;
    const own = sources.filter((path) => !path.includes(PACKAGES));
    this.#trees = own.filter((path) => statOf(path)?.isDirectory() === true);
    this.#files = new Set(own);
    this.#isOpenToAll = false;
    const folders = [...new Set([...own.map((path) => dirname(path)), ...this.#trees])];
    const before = this.#watcher;
    this.#watcher = folders.length === 0 ? undefined : await this.#open(folders);
    await before?.close();
  }

  /**
   * Takes every new file near a source for a source, and every change of one that by its name may be one, until it follows again. Not every
   * change of any file: a log that is written there would have a service that fails to load try again for ever, and say so in the log.
   */
  followAll(): void {
    this.#isOpenToAll = true;
  }

  /** For good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#giveUp();
    await this.#watcher?.close();
  }

  /** A watcher that tells of every change by now; a closed one when nobody wants it any more. */
  async #open(folders: readonly string[]): Promise<FSWatcher> {
    const watcher = watch([...folders], {
      ignoreInitial: true,
      ignored: (path) => !folders.includes(path) && !this.#isNear(path, folders),
    });
    watcher.on("all", (event, path) => this.#onEvent(event, path));
    // What cannot be looked at, such as a link to itself, is no source. Without a listener it would end the service.
    watcher.on("error", () => {});
    await new Promise<void>((resolve) => {
      this.#giveUp = resolve;
      watcher.once("ready", resolve);
    });
    if (this.#isClosed) await watcher.close();
    return watcher;
  }

  /** Whether a path lies in one of the folders itself, or below a tree. */
  #isNear(path: string, folders: readonly string[]): boolean {
    if (NO_SOURCE.test(basename(path))) return false;
    return folders.includes(dirname(path)) || this.#isInTree(path);
  }

  #isInTree(path: string): boolean {
    return this.#trees.some((tree) => path.startsWith(tree + sep));
  }

  #onEvent(event: string, path: string): void {
    if (this.#isClosed || !this.#isSource(event, path)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onChange(path), SETTLE_MS);
  }

  #isSource(event: string, path: string): boolean {
    if (this.#files.has(path)) return true;
    if (isOwnOutput(path)) return false;
    if (this.#isInTree(path)) return event.endsWith("Dir") || SOURCE.test(path);
    return this.#isOpenToAll && (event.startsWith("add") || SOURCE.test(path));
  }
}

/** Whether it is where this process's output goes, whatever that is called. */
function isOwnOutput(path: string): boolean {
  const file = statOf(path);
  return file !== undefined && [1, 2].some((fd) => isSame(file, outputOf(fd)));
}

/** Undefined for what is not there, and for what cannot be looked at: a link to itself, a folder of somebody else's. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function outputOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    // It was started without one.
    return undefined;
  }
}

function isSame(one: Stats, other: Stats | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
