// wait.ts: waiting for a child of this process: its next stop or its end (waitpid(2), kill(2)).
import { inBackground } from "./background.js";
import { check, lastErrno, libc } from "./libc.js";

const waitpid = libc.func("int waitpid(int pid, void *status, int options)");
const killCall = libc.func("int kill(int pid, int signal)");

const WALL = 0x40000000; // __WALL, include/uapi/linux/wait.h
const SIGKILL = 9;

/** Filled by waitpid and read at once: one for all. */
const status = new Int32Array(1);

/** How a child stopped or ended. */
export interface ChildStatus {
  /** The signal that stopped it; undefined when it ended. */
  readonly stopSignal: number | undefined;
  /** The exit status, when it exited. */
  readonly exitStatus: number | undefined;
  /** The signal that killed it, when one did. */
  readonly killSignal: number | undefined;
}

/** Waits until a child stops or ends, without a limit. Returns the raw status, or -1 when there is no such child. */
export function waitRaw(pid: number): number {
  // Safe: an int, filled within the call.
  while (waitpid(pid, status, WALL) === -1) if (lastErrno() !== "EINTR") return -1;
  return status[0]!;
}

/** Waits until a child stops or ends. */
export function wait(pid: number): ChildStatus {
  return decodeStatus(check("waitpid", waitRaw(pid)));
}

/** Takes a raw status apart (wait(2), WIFSTOPPED and its kin). */
export function decodeStatus(raw: number): ChildStatus {
  const low = raw & 0xff;
  const high = (raw >> 8) & 0xff;
  return {
    stopSignal: low === 0x7f ? high : undefined,
    exitStatus: low === 0 ? high : undefined,
    killSignal: low !== 0 && low !== 0x7f ? low & 0x7f : undefined,
  };
}

/** Kills a child that was not yet waited for: until then its number cannot be another's. */
export function kill(pid: number): void {
  killCall(pid, SIGKILL);
}

/** Waits for a killed child's end on a thread of libuv's pool: the kernel takes its time to take a process apart. */
export function reapInBackground(pid: number): Promise<void> {
  // A buffer of its own: the shared one is used by this thread meanwhile.
  const own = new Int32Array(1);
  return inBackground((done) => waitpid.async(pid, own, WALL, done));
}
