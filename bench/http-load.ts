// http-load.ts: a client that asks a server as fast as it answers, or after pauses: native/http-load.c, on the clients' processor.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "./context.js";
import { NativeProgram } from "./native-program.js";

/** A path, and the body that a GET of it must bring. */
export interface Target {
  readonly path: string;
  readonly body: string;
}

export interface Load {
  /** Kept for all requests of this load; 0: a new one for each. */
  readonly connections: number;
  readonly requests: number;
  /** Before each request, ms. */
  readonly pauseMs?: number;
  /** Whether the client looks for responses all the time, on connections that are kept. Otherwise the server wakes it with each. */
  readonly awake?: boolean;
}

export interface LoadResult {
  /** Of all requests, pauses included. */
  readonly perSecond: number;
  /** Of each, ms: from its first byte, or the connection that it makes, to the last byte of its response. */
  readonly latencies: readonly number[];
}

let files = 0;

export class HttpLoad implements Disposable {
  readonly #program: NativeProgram;

  private constructor(program: NativeProgram) {
    this.#program = program;
  }

  /**
   * Starts a client. It ends with an error when a response is not 200 with its target's body.
   *
   * @param url of the server, which listens on 127.0.0.1
   * @param targets asked in turn
   */
  static async start(context: Context, url: string, targets: readonly Target[]): Promise<HttpLoad> {
    const program = await context.compile("bench/native/http-load.c");
    const file = join(context.scratch, `targets-${++files}`);
    await writeFile(file, targetLines(targets));
    return new HttpLoad(new NativeProgram(program, [new URL(url).port, file]));
  }

  async ask({ connections, requests, pauseMs = 0, awake = false }: Load): Promise<LoadResult> {
    const question = [connections, requests, Math.round(pauseMs * 1000), Number(awake)];
    const [answer] = await this.#program.ask(question, 1);
    return loadResult(answer!);
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}

/** As the program reads them: a path, a tab, the body with "\n" for the ends of lines. */
export function targetLines(targets: readonly Target[]): string {
  return targets.map(({ path, body }) => `${path}\t${body.replaceAll("\n", "\\n")}\n`).join("");
}

/** @param line nanoseconds: of all, then of each */
export function loadResult([all = Number.NaN, ...each]: readonly number[]): LoadResult {
  return { perSecond: (each.length * 1e9) / all, latencies: each.map((ns) => ns / 1e6) };
}
