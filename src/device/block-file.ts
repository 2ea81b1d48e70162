// block-file.ts: a block device over a file or a host's block device. What the page cache has is read at once; the rest never blocks the event loop.
import { closeSync, constants, fstatSync, openSync, read, statfsSync, write } from "node:fs";
import { MayflyError } from "../errors.js";
import {
  blockDeviceBytes,
  NOT_AT_HAND,
  NOWAIT_UNSUPPORTED,
  RWF_NOWAIT,
  readAt,
  writeAt,
} from "../linux/file.js";
import { SystemCallError } from "../linux/system-call-error.js";
import type { BlockBackend } from "./block.js";
import { type BlockOptions, checkCapacity, checkSectorSize } from "./block-geometry.js";
import { asSystemCallError } from "./host-failure.js";

/** Longer transfers go to libuv's threads: copying them would hold up the other VMs. About 20 µs of copying. */
const AT_ONCE_MAX = 128 * 1024;
/** One call to a thread of libuv; node:fs takes no more than 2 GiB. */
const LATER_MAX = 16 * 1024 * 1024;

/** File systems that live in memory and know no RWF_NOWAIT, but never wait for a disk (include/uapi/linux/magic.h). */
const MEMORY_FILE_SYSTEMS = [0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */];

type AtOnce = typeof readAt;
type Later = (
  fd: number,
  bytes: Uint8Array,
  from: number,
  length: number,
  position: number,
  callback: (error: NodeJS.ErrnoException | null, moved: number) => void,
) => void;

/**
 * Opens a file or a block device of the host as a block device.
 *
 * Data is as durable as the host's page cache: a crash of the host can lose it, the end of a VM cannot. A file must not be attached
 * to two VMs at once unless both are read-only.
 *
 * @param path a regular file or a block device; it must exist and be a multiple of the sector size long
 * @param options.sectorSize bytes, a power of two from 512 to 32768; 512 unless given
 * @param options.readOnly opens it read-only and refuses the guest's writes
 * @returns the back-end to attach; attached to a VM it is closed with it
 * @throws DEVICE_INVALID when it cannot be opened, is neither file nor block device, or its size does not fit
 * @example
 * const disk = blockFile("disk.img", { readOnly: true });
 * disk.capacity; // the file's size, bytes
 * disk.close();
 */
export function blockFile(path: string, options: BlockOptions = {}): BlockBackend {
  const { sectorSize = 512, readOnly = false } = options;
  checkSectorSize(path, sectorSize);
  const fd = openDevice(path, readOnly);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() && !stat.isBlockDevice()) {
      throw new MayflyError("DEVICE_INVALID", `${path}: got neither a regular file nor a block device`, {
        mend: "give a disk image, made for instance with: truncate --size=16M disk.img",
      });
    }
    const capacity = stat.isFile() ? stat.size : blockDeviceBytes(fd);
    checkCapacity(path, capacity, sectorSize);
    const neverWaits = stat.isFile() && MEMORY_FILE_SYSTEMS.includes(statfsSync(path).type);
    return new BlockFile(fd, path, { capacity, sectorSize, readOnly, neverWaits });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openDevice(path: string, readOnly: boolean): number {
  try {
    // O_NONBLOCK: opening a FIFO by mistake would wait for its other end.
    return openSync(path, (readOnly ? constants.O_RDONLY : constants.O_RDWR) | constants.O_NONBLOCK);
  } catch (cause) {
    const { errno } = asSystemCallError(`open ${path}`, cause);
    const mend =
      errno === "ENOENT"
        ? `create it, for instance with: truncate --size=16M ${path}`
        : errno === "EACCES" || errno === "EROFS" || errno === "EPERM"
          ? "attach it read-only, or change its permissions"
          : "give a regular file or a block device";
    throw new MayflyError("DEVICE_INVALID", `${path}: cannot be opened as a block device: ${errno}`, {
      mend,
      cause,
    });
  }
}

class BlockFile implements BlockBackend {
  readonly capacity: number;
  readonly sectorSize: number;
  readonly readOnly: boolean;
  readonly #path: string;
  readonly #fd: number;
  /** Flags for a transfer at once, or undefined when the file system cannot promise not to wait. */
  #readFlags: number | undefined;
  #writeFlags: number | undefined;
  #inFlight = 0;
  #closed = false;

  constructor(
    fd: number,
    path: string,
    facts: { capacity: number; sectorSize: number; readOnly: boolean; neverWaits: boolean },
  ) {
    this.capacity = facts.capacity;
    this.sectorSize = facts.sectorSize;
    this.readOnly = facts.readOnly;
    this.#fd = fd;
    this.#path = path;
    this.#readFlags = this.#writeFlags = facts.neverWaits ? 0 : RWF_NOWAIT;
  }

  read(offset: number, into: Uint8Array): void | Promise<void> {
    const done = this.#atOnce(readAt, this.#readFlags, offset, into);
    if (done === NOWAIT_UNSUPPORTED) this.#readFlags = undefined;
    if (done < into.length) return this.#later(read, offset, into, Math.max(0, done));
  }

  write(offset: number, from: Uint8Array): void | Promise<void> {
    const done = this.#atOnce(writeAt, this.#writeFlags, offset, from);
    if (done === NOWAIT_UNSUPPORTED) this.#writeFlags = undefined;
    if (done < from.length) return this.#later(write, offset, from, Math.max(0, done));
  }

  /** The descriptor's number is given up only when no thread of libuv uses it any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#inFlight === 0) closeSync(this.#fd);
  }

  /** Moves what can be moved without waiting; returns bytes, or NOWAIT_UNSUPPORTED. */
  #atOnce(call: AtOnce, flags: number | undefined, offset: number, bytes: Uint8Array): number {
    if (this.#closed) throw new SystemCallError(`transfer of ${this.#path}`, "EBADF");
    if (flags === undefined || bytes.length > AT_ONCE_MAX || bytes.length === 0) return 0;
    const moved = call(this.#fd, bytes, offset, flags);
    return moved === NOT_AT_HAND ? 0 : moved;
  }

  async #later(call: Later, offset: number, bytes: Uint8Array, from: number): Promise<void> {
    this.#inFlight++;
    try {
      let done = from;
      while (done < bytes.length) done += await this.#move(call, offset + done, bytes, done);
    } finally {
      this.#inFlight--;
      if (this.#closed && this.#inFlight === 0) closeSync(this.#fd);
    }
  }

  /** One transfer on a thread of libuv. Nothing moved means that the file is shorter than it was when it was opened. */
  #move(call: Later, offset: number, bytes: Uint8Array, from: number): Promise<number> {
    const what = `${call === read ? "read" : "write"} of ${this.#path} at ${offset}`;
    return new Promise((resolve, reject) => {
      call(this.#fd, bytes, from, Math.min(bytes.length - from, LATER_MAX), offset, (error, moved) => {
        if (error !== null) reject(asSystemCallError(what, error));
        else if (moved === 0)
          reject(new SystemCallError(what, "EIO", "the file was cut short while it was attached"));
        else resolve(moved);
      });
    });
  }
}
