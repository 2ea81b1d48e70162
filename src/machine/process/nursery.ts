// nursery.ts: the process that vessels are cloned from (guest/vessel/nursery.c), and what is said to it. One for each host of machines.
import { constants } from "node:os";
import { MayflyError } from "../../errors.js";
import type { Descriptor } from "../../linux/descriptor.js";
import { spawn } from "../../linux/spawn.js";
import { receive, send, socketPair } from "../../linux/unix-socket.js";
import { type ChildStatus, kill, wait } from "../../linux/wait.js";
import { NurseryAnswer, VESSEL_NURSERY_FD } from "./plan.js";

/** A vessel that was cloned; whether it gets ready, its stop tells. */
export interface Cloned {
  readonly pid: number;
  /** Those that it does not share with the monitor: CLONE_NEW… flags (include/uapi/linux/sched.h). */
  readonly namespaces: number;
}

/** A message of nothing would be its end. */
const REQUEST = Uint8Array.of(1);

interface Running {
  readonly pid: number;
  readonly socket: Descriptor;
}

export class Nursery {
  readonly #path: string;
  #running: Running | undefined;
  /** It was killed, and another could not be started. */
  #loss: MayflyError | undefined;

  /** @param path of the program; it starts with the first vessel */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Clones a vessel for a memory that has a plan in its first page. A nursery that somebody killed is replaced, unless this process has given
   * up the right to start programs.
   *
   * @throws MayflyError MACHINE_UNAVAILABLE when the host refuses; MACHINE_LOST when the nursery was killed and cannot be replaced
   */
  clone(memory: Descriptor, constants: Descriptor | undefined): Cloned {
    if (this.#loss !== undefined) throw this.#loss;
    const descriptors = constants === undefined ? [memory.fd] : [memory.fd, constants.fd];
    this.#running ??= this.#start();
    let cloned = this.#ask(this.#running, descriptors);
    if (cloned === undefined) cloned = this.#ask(this.#startAnother(), descriptors);
    if (cloned === undefined) throw lost();
    return cloned;
  }

  /** Ends it. The vessels are the monitor's own children, and live on. */
  close(): void {
    if (this.#running === undefined) return;
    const { pid, socket } = this.#running;
    this.#running = undefined;
    socket.close();
    kill(pid);
    wait(pid);
  }

  /** Undefined when the nursery is gone. */
  #ask({ socket }: Running, descriptors: readonly number[]): Cloned | undefined {
    const sent = send(socket, REQUEST, descriptors, true);
    if (sent === "full")
      throw unavailable("the kernel has no room for a message to what starts them", mendOf("ENOMEM"));
    return sent === "sent" ? this.#receive(socket) : undefined;
  }

  #startAnother(): Running {
    this.close();
    try {
      this.#running = this.#start();
      return this.#running;
    } catch (cause) {
      this.#loss = lost(cause);
      throw this.#loss;
    }
  }

  #start(): Running {
    const [ours, theirs] = socketPair();
    try {
      const starter = wait(spawn(this.#path, [{ fd: theirs.fd, as: VESSEL_NURSERY_FD }]));
      theirs.close();
      const started = this.#receive(ours);
      if (started === undefined) throw unavailable(howItEnded(starter));
      return { pid: started.pid, socket: ours };
    } catch (error) {
      theirs.close();
      ours.close();
      throw error;
    }
  }

  /** The answer to the last message; undefined when there is nobody to give it. */
  #receive(socket: Descriptor): Cloned | undefined {
    const message = receive(socket, true);
    if (typeof message === "string") return undefined;
    const { pid, namespaces } = NurseryAnswer.read(message.bytes);
    if (pid <= 0) throw unavailable(`the kernel refused it: ${errnoName(-pid)}`, mendOf(errnoName(-pid)));
    return { pid, namespaces };
  }
}

function howItEnded({ exitStatus, killSignal, stopSignal }: ChildStatus): string {
  const signal = killSignal ?? stopSignal;
  return signal === undefined ? `it exited with status ${exitStatus}` : `it got signal ${signal}`;
}

function lost(cause?: unknown): MayflyError {
  return new MayflyError(
    "MACHINE_LOST",
    "the process that guests' processes come from was ended from outside",
    {
      mend: "start this program anew, and see who ends its processes (the kernel, for want of memory?)",
      cause,
    },
  );
}

function unavailable(why: string, mend = "run mayfly doctor"): MayflyError {
  return new MayflyError("MACHINE_UNAVAILABLE", `no process could be started for a guest: ${why}`, { mend });
}

function mendOf(errno: string): string | undefined {
  if (errno === "EAGAIN") return "allow more processes (ulimit -u, or the container's limit of them)";
  if (errno === "ENOMEM" || errno === "EMFILE" || errno === "ENFILE")
    return "free some memory, or close some programs";
  return undefined;
}

/** The name of an errno: "EPERM". */
export function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
}
