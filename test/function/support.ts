// support.ts: functions built from source text, and requests to them, for the tests in this folder.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildFunction } from "../../src/build/function/build-function.js";
import { buildRuntime } from "../../src/build/function/runtime.js";
import {
  ConsoleCollector,
  type ExchangeRequest,
  type HeaderList,
  type Image,
  type LimitOptions,
  loadImage,
  type Monitor,
  type Vm,
  type VmOptions,
} from "../../src/index.js";
import { collect } from "../vm/support/apps.js";
import { machines } from "../vm/support/machines.js";

/** Why functions cannot be built here, or false. */
export const whyNoRuntime: string | false = await buildRuntime().then(
  () => false,
  (error: Error) => `no JavaScript runtime: ${error.message}`,
);

const LONGEST_MS = 120_000;

/** Writes files into a folder of their own that goes with the test. */
export async function project(context: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-function-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** Builds `handler.ts` of a project, or a file where it is. */
export async function build(context: TestContext, files: Record<string, string> | URL): Promise<Image> {
  const folder = await project(context, files instanceof URL ? {} : files);
  const output = join(folder, "handler.img");
  const source = files instanceof URL ? fileURLToPath(files) : join(folder, "handler.ts");
  await buildFunction({ source, output });
  return loadImage(output);
}

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
  readonly text: string;
  /** The value of a header, or undefined. */
  header(name: string): string | undefined;
}

/** One VM of a function. */
export class Guest {
  readonly vm: Vm;
  readonly #output: ConsoleCollector;

  constructor(vm: Vm, output: ConsoleCollector) {
    this.vm = vm;
    this.#output = output;
  }

  /** What it wrote to the console. */
  get console(): string {
    return this.#output.text();
  }

  async ask(target: string, more: Partial<ExchangeRequest> = {}): Promise<Answer> {
    const request = { method: "GET", origin: "http://localhost:8080", target, headers: [], ...more };
    const { status, headers, body } = await this.vm.exchange(request);
    const bytes = await collect(body);
    const header = (name: string) => headers.find(([key]) => key === name)?.[1];
    return { status, headers, body: bytes, text: bytes.toString(), header };
  }

  post(target: string, body: string | Uint8Array): Promise<Answer> {
    return this.ask(target, { method: "POST", body: typeof body === "string" ? Buffer.from(body) : body });
  }
}

/** `more` are other options of the VM. */
export type StartGuest = (limits?: LimitOptions, more?: Pick<VmOptions, "outbound">) => Guest;

/** A test of one handler, on each machine: its text, files of which one is `handler.ts`, or where its file is. */
export function functionTest(
  name: string,
  files: string | Record<string, string> | URL,
  body: (start: StartGuest, monitor: Monitor) => Promise<void>,
): void {
  for (const machine of machines) {
    const skip = whyNoRuntime || machine.skip;
    test(`${machine.kind}: ${name}`, { skip, timeout: LONGEST_MS }, async (context) => {
      const image = await build(context, typeof files === "string" ? { "handler.ts": files } : files);
      await using monitor = machine.open();
      const start: StartGuest = (limits, more) => {
        const output = new ConsoleCollector(1 << 20);
        const all = { memoryMiB: 32, wallTimeMs: 30_000, ...limits };
        return new Guest(monitor.create(image, { ...more, console: output.sink, limits: all }), output);
      };
      await body(start, monitor);
    });
  }
}
