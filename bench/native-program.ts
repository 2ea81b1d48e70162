// native-program.ts: C programs to compare with: compiled on the spot, kept running, asked line by line.
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { basename, join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { Compiler } from "../src/build/compiler.js";

/** Compiles a C file into a program of the host; returns its path. */
export async function compileNative(
  source: string,
  directory: string,
  flags: readonly string[] = [],
): Promise<string> {
  const program = join(directory, basename(source, ".c"));
  const compiler = await Compiler.find();
  await compiler.run(["-O2", ...flags, source, "-o", program], `compiling ${basename(source)}`);
  return program;
}

/** Runs a program to its end; returns what it printed. Throws when it fails. */
export async function runProgram(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, args)).stdout;
}

/** A program that answers each line of numbers with lines of numbers, and sleeps in between. */
export class NativeProgram implements Disposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  readonly #name: string;

  constructor(program: string, args: readonly string[] = []) {
    this.#name = basename(program);
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Asks for something; returns as many lines of the answer as wanted, as numbers. */
  async ask(question: number | readonly number[], lines: number): Promise<number[][]> {
    this.#child.stdin.write(`${[question].flat().join(" ")}\n`);
    const answer: number[][] = [];
    while (answer.length < lines) {
      const { value, done } = await this.#answers.next();
      if (done === true)
        throw new Error(`${this.#name}: got ${answer.length} lines, expected ${lines}: it ended`);
      answer.push(value.split(" ").map(Number));
    }
    return answer;
  }

  /** The end of its input ends it. */
  [Symbol.dispose](): void {
    this.#lines.close();
    this.#child.stdin.end();
  }
}
