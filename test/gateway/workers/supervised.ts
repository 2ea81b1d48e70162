// supervised.ts: supervisors over tiny workers, for tests: events that can be waited for, and what ends with the test.
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { WorkerPlan } from "../../../src/gateway/workers/generation.js";
import { Supervisor } from "../../../src/gateway/workers/supervisor.js";
import type { SupervisorEvent } from "../../../src/gateway/workers/supervisor-event.js";
import type { TinyConfig } from "./tiny-worker.js";

const program = fileURLToPath(new URL("tiny-worker.js", import.meta.url));

export function plan(config: TinyConfig, workers = 2): WorkerPlan<TinyConfig> {
  return { launch: { program, files: undefined }, config, workers };
}

export class Supervised {
  readonly supervisor: Supervisor<TinyConfig>;
  readonly events: SupervisorEvent[];
  readonly #listeners: Set<() => void>;

  private constructor(
    supervisor: Supervisor<TinyConfig>,
    events: SupervisorEvent[],
    listeners: Set<() => void>,
  ) {
    this.supervisor = supervisor;
    this.events = events;
    this.#listeners = listeners;
  }

  static async start(first: WorkerPlan<TinyConfig>): Promise<Supervised> {
    const events: SupervisorEvent[] = [];
    const listeners = new Set<() => void>();
    const supervisor = await Supervisor.start({
      ...first,
      listen: { host: "127.0.0.1", port: 0 },
      onEvent: (event) => {
        events.push(event);
        for (const check of listeners) check();
      },
    });
    return new Supervised(supervisor, events, listeners);
  }

  get url(): string {
    return this.supervisor.url;
  }

  /** Resolves when so many events of a kind have come, with the last of them. */
  event<K extends SupervisorEvent["kind"]>(kind: K, count = 1): Promise<SupervisorEvent & { kind: K }> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.events.filter((event) => event.kind === kind);
        if (found.length < count) return;
        this.#listeners.delete(check);
        resolve(found[count - 1] as SupervisorEvent & { kind: K });
      };
      this.#listeners.add(check);
      check();
    });
  }

  /** Sum of a number that every worker tells. */
  async sum(field: "requests" | "held" | "connections"): Promise<number> {
    const answers = await this.supervisor.ask("state");
    return answers.reduce((sum, { answer }) => sum + (answer as Record<string, number>)[field]!, 0);
  }
}

const LONGEST_MS = 60_000;

/** A test with a supervisor of its own; what it leaves behind is ended. */
export function supervisedTest(
  name: string,
  first: WorkerPlan<TinyConfig>,
  body: (test: Supervised, context: TestContext) => Promise<void>,
): void {
  test(name, { timeout: LONGEST_MS }, async (context) => {
    const test = await Supervised.start(first);
    try {
      await body(test, context);
    } finally {
      await test.supervisor.close(0);
    }
  });
}
