// solo5.ts: runs images under Solo5's tenders, to stand beside. Whole processes: they have no library.
import { accessSync, constants } from "node:fs";
import { MayflyError } from "../src/index.js";
import { runProgram } from "./native-program.js";

/** solo5-hvt: KVM, and the very images that Mayfly runs. */
export class Solo5Hvt {
  readonly #binary: string;

  /**
   * @param binary path of solo5-hvt
   * @throws MayflyError OPTION_INVALID when it is no program
   */
  constructor(binary: string) {
    this.#binary = checkProgram("SOLO5_HVT", binary);
  }

  /** Runs an image to its end; returns what it wrote on the console. Throws when it fails. */
  run(
    memoryMiB: number,
    image: string,
    args: readonly string[],
    options: readonly string[] = [],
  ): Promise<string> {
    return runProgram(this.#binary, [`--mem=${memoryMiB}`, ...options, "--", image, ...args]);
  }
}

/** solo5-spt: a seccomp filter, and images that are linked for nothing else. It needs one of its own. */
export class Solo5Spt {
  readonly #binary: string;
  readonly #image: readonly string[];

  /**
   * @param binary path of solo5-spt
   * @param image path of an image linked for it, and its arguments, separated by spaces
   * @throws MayflyError OPTION_INVALID when either is missing
   */
  constructor(binary: string, image: string) {
    this.#binary = checkProgram("SOLO5_SPT", binary);
    this.#image = image.split(" ").filter((word) => word !== "");
    if (this.#image.length === 0)
      throw new MayflyError(
        "OPTION_INVALID",
        "SOLO5_SPT_IMAGE: got nothing, expected an image for solo5-spt",
        {
          mend: "name an image that was linked for spt, or unset SOLO5_SPT",
        },
      );
  }

  /** Runs its image to the end. Throws when it fails. */
  run(memoryMiB: number): Promise<string> {
    return runProgram(this.#binary, [`--mem=${memoryMiB}`, "--", ...this.#image]);
  }
}

function checkProgram(variable: string, binary: string): string {
  try {
    accessSync(binary, constants.X_OK);
    return binary;
  } catch (cause) {
    const message = `${variable}: got ${binary}, expected a program`;
    throw new MayflyError("OPTION_INVALID", message, {
      cause,
      mend: `name its binary, or unset ${variable}`,
    });
  }
}
