// context.ts: what a question gets to answer itself with, and what it gives back.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Image, loadImage, type Monitor } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";
import type { Handlers } from "./handlers.js";
import type { Measurement } from "./measurement.js";
import { compileNative } from "./native-program.js";
import type { Solo5Hvt, Solo5Spt } from "./solo5.js";

/** A measurement before it is said of which machine it is. */
export type Found = Omit<Measurement, "machine">;

/** One question about performance; one file in questions/. */
export interface Question {
  /** How it is picked on the command line, and how the names of its measurements begin. */
  readonly name: string;
  /** One line for --list. */
  readonly asks: string;
  /** Left out where functions cannot be built. */
  readonly needsFunctions?: true;
  /** Asked once for each machine. */
  measure(context: Context): Promise<Found[]>;
}

/** Guest memory of every VM that the bench makes. The bounds hold for this size. */
export const MEMORY_MIB = 32;

/** The package's own folder: this file runs as dist/bench/context.js. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url));

/** For one machine. */
export class Context {
  readonly monitor: Monitor;
  /** Few repetitions: everything is run, and no number means much. */
  readonly quick: boolean;
  /** How many calls `endurance` makes. */
  readonly calls: number;
  /** A folder that is removed at the end. */
  readonly scratch: string;
  /** Beside KVM, when SOLO5_HVT names its binary. */
  readonly hvt: Solo5Hvt | undefined;
  /** Beside the process machine, when SOLO5_SPT names its binary. */
  readonly spt: Solo5Spt | undefined;
  /** Tells what is being done; overwritten by the next. */
  readonly progress: (text: string) => void;
  readonly #handlers: Handlers | undefined;

  constructor(
    parts: Pick<Context, "monitor" | "quick" | "calls" | "scratch" | "hvt" | "spt" | "progress">,
    handlers: Handlers | undefined,
  ) {
    this.#handlers = handlers;
    this.monitor = parts.monitor;
    this.quick = parts.quick;
    this.calls = parts.calls;
    this.scratch = parts.scratch;
    this.hvt = parts.hvt;
    this.spt = parts.spt;
    this.progress = parts.progress;
  }

  get machine(): MachineKind {
    return this.monitor.machine;
  }

  /** For questions that need functions. */
  get handlers(): Handlers {
    return this.#handlers!;
  }

  /** Repetitions: as many as a sound number takes, or the few of a quick run. */
  times(sound: number, quick: number): number {
    return this.quick ? quick : sound;
  }

  /** Where the image of a folder in guest/apps lies. */
  imagePath(name: string): string {
    return join(packageRoot, "build", "apps", `${name}.img`);
  }

  image(name: string): Promise<Image> {
    return loadImage(this.imagePath(name));
  }

  /** Compiles a C file of this package; the path is from the package's folder. */
  compile(source: string, flags: readonly string[] = []): Promise<string> {
    return compileNative(join(packageRoot, source), this.scratch, flags);
  }
}
