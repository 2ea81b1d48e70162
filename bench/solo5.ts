// solo5.ts: runs images under solo5-hvt, to stand beside. Whole processes: it has no library.
import { runProgram } from "./native-program.js";

export class Solo5 {
  readonly binary: string;

  /** @param binary path of solo5-hvt */
  constructor(binary: string) {
    this.binary = binary;
  }

  /** Runs an image to its end; returns what it wrote on the console. Throws when it fails. */
  run(
    memoryMiB: number,
    image: string,
    args: readonly string[],
    options: readonly string[] = [],
  ): Promise<string> {
    return runProgram(this.binary, [`--mem=${memoryMiB}`, ...options, "--", image, ...args]);
  }
}
