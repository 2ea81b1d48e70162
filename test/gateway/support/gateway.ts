// gateway.ts: gateways for tests: a free port, records that can be waited for, and images that misbehave on demand.
import { buildImage } from "../../../src/build/build-image.js";
import { parseServeConfig } from "../../../src/gateway/config/parse-config.js";
import type { ServeConfig } from "../../../src/gateway/config/serve-config.js";
import { Gateway } from "../../../src/gateway/gateway.js";
import type { RequestRecord } from "../../../src/gateway/request-record.js";
import type { Monitor } from "../../../src/index.js";
import { app, root } from "../../support/mayfly.js";
import { machineTest } from "../../vm/support/machines.js";

/** A config with the usual test routes, as JSON would hold it. */
export interface TestConfig {
  functions?: Readonly<Record<string, unknown>>;
  routes?: readonly unknown[];
  concurrency?: { vms?: number; queue?: number; queueMs?: number };
  tls?: { cert: string; key: string };
  /** Other fields of a configuration. */
  rest?: Readonly<Record<string, unknown>>;
}

export const HELLO = { path: "/hello", image: app("hello") };
export const ECHO = { path: "/echo", image: app("echo") };

/** A gateway under test. */
export class TestGateway {
  readonly gateway: Gateway;
  readonly records: readonly RequestRecord[];
  readonly #waiting: Set<() => void>;

  private constructor(gateway: Gateway, records: readonly RequestRecord[], waiting: Set<() => void>) {
    this.gateway = gateway;
    this.records = records;
    this.#waiting = waiting;
  }

  static async start(monitor: Monitor, config: TestConfig): Promise<TestGateway> {
    const records: RequestRecord[] = [];
    const waiting = new Set<() => void>();
    const gateway = await Gateway.listen(testConfig(config), monitor, {
      onRequest: (record) => {
        records.push(record);
        for (const check of waiting) check();
      },
    });
    return new TestGateway(gateway, records, waiting);
  }

  get url(): string {
    return this.gateway.url;
  }

  /** Resolves with the first record that fits: now or when it comes. */
  record(fits: (record: RequestRecord) => boolean): Promise<RequestRecord> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.records.find(fits);
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Resolves when so many requests are over, their VMs closed. */
  async over(requests: number): Promise<void> {
    await this.record(() => this.records.length >= requests);
  }
}

export function testConfig({
  functions = {},
  routes = [HELLO, ECHO],
  concurrency = {},
  tls,
  rest = {},
}: TestConfig): ServeConfig {
  const listen = { port: 0, ...(tls !== undefined && { tls }) };
  return parseServeConfig({ ...rest, listen, functions, routes, concurrency }, { name: "test" });
}

/** A test with a gateway of its own. Requests that it leaves behind are broken off. */
export function gatewayTest(
  name: string,
  config: TestConfig | (() => Promise<TestConfig>),
  body: (test: TestGateway, monitor: Monitor) => Promise<void>,
): void {
  machineTest(name, async (monitor) => {
    const test = await TestGateway.start(monitor, typeof config === "function" ? await config() : config);
    try {
      await body(test, monitor);
    } finally {
      await test.gateway.close(0);
    }
  });
}

let misdeed: Promise<string> | undefined;

/** guest/apps/misdeed without the devices of its manifest: its words are the path of the first request. */
export function misdeedImage(): Promise<string> {
  const folder = `${root}/guest/apps/misdeed`;
  const files = ["calls", "endless", "exchange", "handlers", "instructions", "jumps", "misdeed"];
  misdeed ??= buildImage({
    sources: files.map((file) => `${folder}/${file}.c`),
    output: `${root}/build/test/misdeed-without-devices.img`,
  }).then(({ output }) => output);
  return misdeed;
}

/** A config whose one route misbehaves as the path says. */
export function misdeeds(limits: object = {}, concurrency: TestConfig["concurrency"] = {}) {
  return async (): Promise<TestConfig> => ({
    routes: [{ path: "/*", image: await misdeedImage(), limits }],
    concurrency,
  });
}
