// observed-functions.ts: real functions under load, observed as a gateway does it, with a dashboard on a port of its own.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ConsoleCollector } from "../../../src/device/console-sinks.js";
import { FetchFunction } from "../../../src/function/function.js";
import { dashboardHandler } from "../../../src/gateway/dashboard/dashboard-handler.js";
import { LiveDashboard } from "../../../src/gateway/dashboard/live-dashboard.js";
import { failureOf } from "../../../src/gateway/guest-failure.js";
import { Observation } from "../../../src/gateway/observation/observation.js";
import { project } from "../../function/support.js";
import { collect } from "../../vm/support/apps.js";
import type { MachineUnderTest } from "../../vm/support/machines.js";

const HANDLER = `
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/loop")) { console.log("<b>looping</b>"); for (;;); }
    if (pathname === "/wait") await new Promise((done) => setTimeout(done, 5 + Math.random() * 40));
    return new Response("hello");
  },
};
`;

/** How each is run; the names are as hostile as a configuration lets them be, and more. */
export const FUNCTIONS = {
  hello: { isolation: "request" },
  counter: { isolation: "instance" },
  thumbnails: { isolation: "request" },
  "boot-each": { isolation: "boot", maxVms: 6 },
  "<img src=x onerror=alert(1)>": { isolation: "request" },
} as const;

export type FunctionName = keyof typeof FUNCTIONS;

export class ObservedFunctions {
  readonly observation = new Observation();
  readonly #functions = new Map<string, FetchFunction>();
  #requests = 0;
  #url = "";

  static async start(
    context: TestContext,
    machine: MachineUnderTest["kind"],
    names: readonly FunctionName[] = Object.keys(FUNCTIONS) as FunctionName[],
  ): Promise<ObservedFunctions> {
    const observed = new ObservedFunctions();
    const folder = await project(context, { "handler.js": HANDLER });
    for (const name of names) {
      const fn = await FetchFunction.load(join(folder, "handler.js"), {
        machine,
        idleMs: 400,
        maxVms: 12,
        // On a busy host, too, it is the CPU time that is used up first.
        limits: { cpuTimeMs: 200, wallTimeMs: 100_000 },
        ...FUNCTIONS[name],
        observer: observed.observation.observe(name, 32),
      });
      context.after(() => fn.close());
      observed.#functions.set(name, fn);
    }
    const handler = dashboardHandler(new LiveDashboard(observed.observation));
    const server = createServer((request, response) => {
      if (!handler(request, response)) response.writeHead(404).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    context.after(() => {
      handler.close();
      server.closeAllConnections();
      server.close();
    });
    observed.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return observed;
  }

  /** The dashboard's page. */
  get url(): string {
    return this.#url;
  }

  /** One request, counted as a gateway does. */
  async ask(name: FunctionName, target: string): Promise<void> {
    const output = new ConsoleCollector(1000);
    const fn = this.#functions.get(name)!;
    const seen = { request: ++this.#requests, method: "GET", path: target, end: undefined, console: "" };
    if (FUNCTIONS[name].isolation === "boot") {
      await (await fn.fetch(`http://function.test${target}`)).text();
      this.observation.request(name, { ...seen, status: 200, failure: undefined });
      return;
    }
    const { vm, giveBack } = await fn.lease({ console: output.sink });
    try {
      const { status, body } = await vm.exchange({
        method: "GET",
        origin: "http://function.test",
        target,
        headers: [],
      });
      await collect(body);
      this.observation.request(name, { ...seen, status, failure: undefined });
    } catch (error) {
      const failure = failureOf(error, vm);
      const { status } = failure;
      this.observation.request(name, { ...seen, status, failure, end: vm.end, console: output.text() });
    }
    await giveBack();
  }

  /** Some callers at once, each asking one after the other, until the returned function is called. */
  load(name: FunctionName, target: string, callers: number): () => Promise<void> {
    let isOver = false;
    const caller = async (): Promise<void> => {
      while (!isOver) {
        await this.ask(name, target);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    };
    const all = Promise.all(Array.from({ length: callers }, caller));
    return async () => {
      isOver = true;
      await all;
    };
  }
}
