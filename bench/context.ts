// context.ts: what a question gets to answer itself with, and what it gives back.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Image, loadImage, type Monitor } from "../src/index.js";
import type { Measurement } from "./measurement.js";
import { compileNative } from "./native-program.js";
import type { Solo5 } from "./solo5.js";

/** One question about performance; one file in questions/. */
export interface Question {
  /** How it is picked on the command line, and how the names of its measurements begin. */
  readonly name: string;
  /** One line for --list. */
  readonly asks: string;
  measure(context: Context): Promise<Measurement[]>;
}

/** Guest memory of every VM that the bench makes. The bounds hold for this size. */
export const MEMORY_MIB = 32;

/** The package's own folder: this file runs as dist/bench/context.js. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url));

export class Context {
  readonly monitor: Monitor;
  /** Few repetitions: everything is run, and no number means much. */
  readonly quick: boolean;
  /** A folder that is removed at the end. */
  readonly scratch: string;
  /** Present when SOLO5_HVT names its binary. */
  readonly solo5: Solo5 | undefined;
  /** Tells what is being done; overwritten by the next. */
  readonly progress: (text: string) => void;

  constructor(parts: Pick<Context, "monitor" | "quick" | "scratch" | "solo5" | "progress">) {
    this.monitor = parts.monitor;
    this.quick = parts.quick;
    this.scratch = parts.scratch;
    this.solo5 = parts.solo5;
    this.progress = parts.progress;
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
