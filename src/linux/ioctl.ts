// ioctl.ts: ioctl(2) and how its request numbers are made (include/uapi/asm-generic/ioctl.h).
import { check, lastErrno, libc } from "./libc.js";

const withNumber = libc.func("int ioctl(int fd, unsigned long request, long argument)");
const withBuffer = libc.func("int ioctl(int fd, unsigned long request, void *argument)");

/** A request without data: _IO. */
export function io(type: number, number: number): number {
  return (type << 8) | number;
}
/** The kernel reads a struct of `size` bytes: _IOW. */
export function iow(type: number, number: number, size: number): number {
  return (1 << 30) | (size << 16) | (type << 8) | number;
}
/** The kernel writes a struct of `size` bytes: _IOR. */
export function ior(type: number, number: number, size: number): number {
  return ((2 << 30) | (size << 16) | (type << 8) | number) >>> 0;
}
/** Both ways: _IOWR. */
export function iowr(type: number, number: number, size: number): number {
  return ((3 << 30) | (size << 16) | (type << 8) | number) >>> 0;
}

/** Calls with a number as argument; throws on -1. A signal that comes between is no failure: the call is made again. */
export function ioctl(fd: number, request: number, argument: number, what: string): number {
  for (;;) {
    const result = withNumber(fd, request, argument);
    if (result !== -1 || lastErrno() !== "EINTR") return check(`ioctl ${what}`, result);
  }
}

/**
 * Calls with a struct as argument; throws on -1, and makes the call again after a signal.
 * Safe because every caller passes a buffer of the size that its request number carries.
 */
export function ioctlBuffer(fd: number, request: number, argument: Uint8Array, what: string): number {
  for (;;) {
    const result = withBuffer(fd, request, argument);
    if (result !== -1 || lastErrno() !== "EINTR") return check(`ioctl ${what}`, result);
  }
}

/** Calls with a number and gives -1 back: for calls whose failure is an answer. */
export const tryIoctl: (fd: number, request: number, argument: number) => number = withNumber;

/** Calls with a struct and gives -1 back; otherwise as `ioctlBuffer`. */
export const tryIoctlBuffer: (fd: number, request: number, argument: Uint8Array) => number = withBuffer;
