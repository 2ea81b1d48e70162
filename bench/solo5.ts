// solo5.ts: runs images under solo5-hvt, to stand beside. Whole processes: it has no library.
import { accessSync, constants } from "node:fs";
import { MayflyError } from "../src/index.js";
import { runProgram } from "./native-program.js";

export class Solo5 {
  readonly binary: string;

  /**
   * @param binary path of solo5-hvt
   * @throws MayflyError OPTION_INVALID when it is no program
   */
  constructor(binary: string) {
    this.binary = binary;
    try {
      accessSync(binary, constants.X_OK);
    } catch (cause) {
      const message = `SOLO5_HVT: got ${binary}, expected a program`;
      throw new MayflyError("OPTION_INVALID", message, {
        cause,
        mend: "name solo5-hvt's binary, or unset it",
      });
    }
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
