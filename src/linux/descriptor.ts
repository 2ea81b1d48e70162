// descriptor.ts: file descriptors that close themselves (open(2), close(2)).
import { inBackground } from "./background.js";
import { check, libc } from "./libc.js";

const openCall = libc.func("int open(const char *path, int flags)");
const closeCall = libc.func("int close(int fd)");

export const O_RDONLY = 0;
export const O_RDWR = 0o2;
export const O_CLOEXEC = 0o2000000;

/** An open file descriptor with one owner. */
export class Descriptor implements Disposable {
  #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The number, or -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  /** Closes it. A second call does nothing. Never throws: Linux frees the number whatever close(2) returns. */
  close(): void {
    if (this.#fd === -1) return;
    closeCall(this.#fd);
    this.#fd = -1;
  }

  /** Gives the number up: whoever takes it closes it. */
  release(): number {
    const fd = this.#fd;
    this.#fd = -1;
    return fd;
  }

  /** Closes it on a thread of libuv's pool: for descriptors whose last close makes the kernel work. */
  closeInBackground(): Promise<void> {
    const fd = this.#fd;
    this.#fd = -1;
    if (fd === -1) return Promise.resolve();
    return inBackground((done) => closeCall.async(fd, done));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Opens a file for this process alone (O_CLOEXEC is added). */
export function open(path: string, flags: number, hint?: (errno: string) => string | undefined): Descriptor {
  return new Descriptor(check(`open ${path}`, openCall(path, flags | O_CLOEXEC), hint));
}
