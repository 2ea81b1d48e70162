// compiler.ts: runs the system's C compiler, never more at once than there are cores.
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { MayflyError } from "../errors.js";

/** A C compiler that was asked where its own headers are, which also proves that it works. */
export class Compiler {
  readonly command: string;
  /** The compiler's own headers (stdint.h, stddef.h …). Its path holds the version, so it stands for the compiler in cache keys. */
  readonly includeDirectory: string;
  #free = availableParallelism();
  readonly #waiting: (() => void)[] = [];

  private constructor(command: string, includeDirectory: string) {
    this.command = command;
    this.includeDirectory = includeDirectory;
  }

  /**
   * Finds a compiler.
   *
   * @param command name or path
   * @throws MayflyError BUILD_FAILED when it does not exist or does not answer
   */
  static async find(command = "cc"): Promise<Compiler> {
    const asked = await execute(command, ["-print-file-name=include"]);
    if (asked.failure !== undefined) {
      throw new MayflyError("BUILD_FAILED", `running the compiler: got ${asked.failure} from ${command}`, {
        details: asked.stderr,
        mend: "apt-get install gcc binutils, or name another compiler with --cc",
      });
    }
    return new Compiler(command, asked.stdout.trim());
  }

  /**
   * Runs the compiler once.
   *
   * @param what the sentence's start should it fail: "compiling app.c"
   * @throws MayflyError BUILD_FAILED with the compiler's first error in the message and all its output as details
   */
  async run(args: readonly string[], what: string): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((turn) => this.#waiting.push(turn));
    try {
      const { failure, stderr } = await execute(this.command, args);
      if (failure === undefined) return;
      throw new MayflyError("BUILD_FAILED", `${what} failed: ${firstError(stderr) ?? failure}`, {
        details: stderr,
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

interface Outcome {
  readonly failure: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(command: string, args: readonly string[]): Promise<Outcome> {
  // Messages are searched for "error:", so they must not be translated.
  const env = { ...process.env, LC_ALL: "C" };
  return new Promise((resolve) => {
    execFile(command, args, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const failure = error === null ? undefined : describe(error.code, error.signal);
      resolve({ failure, stdout, stderr: stderr.trimEnd() });
    });
  });
}

function describe(code: string | number | null | undefined, signal: string | null | undefined): string {
  if (typeof code === "number") return `exit status ${code}`;
  return code ?? signal ?? "no exit status";
}

/** The line that says what is wrong: a diagnostic, or the linker's. */
function firstError(output: string): string | undefined {
  const lines = output.split("\n");
  return (
    lines.find((line) => /\berror\b|undefined reference|multiple definition/.test(line)) ??
    lines.find(Boolean)
  );
}
