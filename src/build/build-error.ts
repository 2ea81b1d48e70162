// build-error.ts: the error of a build: one sentence, and the compiler's own words beside it.
import { MayflyError } from "../errors.js";

/** A compiler or linker refused. `output` is what it wrote, to be shown below the message. */
export class BuildError extends MayflyError {
  /** Standard error of the compiler or linker, without the last line break; may be empty. */
  readonly output: string;

  constructor(message: string, output: string, options: { mend?: string; cause?: unknown } = {}) {
    super("BUILD_FAILED", message, options);
    this.name = "BuildError";
    this.output = output;
  }
}
