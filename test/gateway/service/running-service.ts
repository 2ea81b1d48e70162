// running-service.ts: services for tests: handlers in a folder of their own, events and log lines that can be waited for.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Service, type ServiceEvent } from "../../../src/gateway/service/service.js";
import { project, whyNoRuntime } from "../../function/support.js";
import { machines } from "../../vm/support/machines.js";

export class RunningService {
  readonly folder: string;
  readonly events: ServiceEvent[] = [];
  readonly #listeners = new Set<() => void>();
  #log = "";
  #service: Service | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param files of the folder; `mayfly.json` among them is served */
  static async start(
    context: TestContext,
    machine: "kvm" | "process",
    files: Readonly<Record<string, string>>,
  ): Promise<RunningService> {
    const running = new RunningService(await project(context, files));
    running.#service = await Service.start(running.folder, {
      overrides: { port: 0 },
      machine,
      allowProcessIsolation: true,
      log: { json: false, colors: false },
      onLog: (lines) => {
        running.#log += lines;
        running.#told();
      },
      onEvent: (event) => {
        running.events.push(event);
        running.#told();
      },
    });
    return running;
  }

  get service(): Service {
    return this.#service!;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  async text(path: string): Promise<string> {
    return (await fetch(this.service.url + path)).text();
  }

  async admin(path: string): Promise<string> {
    return (await fetch(this.service.adminUrl + path)).text();
  }

  /** Resolves when so many events of a kind have come, with the last of them. */
  event<K extends ServiceEvent["kind"]>(kind: K, count = 1): Promise<ServiceEvent & { kind: K }> {
    return this.#when(() => {
      const found = this.events.filter((event) => event.kind === kind);
      return found[count - 1] as (ServiceEvent & { kind: K }) | undefined;
    });
  }

  /** Resolves with the first event behind `from` that fits: how many there are of a kind may depend on when a file is read. */
  eventBehind(from: number, fits: (event: ServiceEvent) => boolean): Promise<ServiceEvent> {
    return this.#when(() => this.events.slice(from).find(fits));
  }

  /** Writes a file, and resolves once loading it failed for a reason that fits. */
  async writeToFail(name: string, text: string, reason: RegExp): Promise<void> {
    const from = this.events.length;
    await this.write(name, text);
    await this.eventBehind(
      from,
      (event) => event.kind === "reload-failed" && reason.test(String(event.error)),
    );
  }

  /** Resolves with the first match in what the workers logged. */
  logged(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#when(() => pattern.exec(this.#log) ?? undefined);
  }

  #when<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = find();
        if (found === undefined) return;
        this.#listeners.delete(check);
        resolve(found);
      };
      this.#listeners.add(check);
      check();
    });
  }

  #told(): void {
    for (const check of this.#listeners) check();
  }
}

const LONGEST_MS = 120_000;

/** A test on each machine, or on the one that it is about; what it leaves running is broken off. */
export function serviceTest(
  name: string,
  files: Readonly<Record<string, string>>,
  body: (running: RunningService) => Promise<void>,
  only?: "kvm" | "process",
): void {
  for (const { kind, skip } of machines.filter(({ kind }) => only === undefined || kind === only))
    test(`${kind}: ${name}`, { skip: whyNoRuntime || skip, timeout: LONGEST_MS }, async (context) => {
      const running = await RunningService.start(context, kind, files);
      try {
        await body(running);
      } finally {
        await running.service.close(0);
      }
    });
}

/** A handler that says a word and which call of its VM it is. */
export function saying(word: string): string {
  return `let calls = 0;\nexport default { fetch: () => new Response("${word} " + ++calls) };\n`;
}

/** `mayfly.json` with one function, hello.ts, and what else it says. */
export function configOf(rest: object = {}): string {
  return JSON.stringify({ workers: 2, routes: [{ path: "/", function: "hello.ts" }], ...rest });
}
