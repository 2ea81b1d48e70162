// gateway-requests.ts: what a client of one function sees: warm, under load, without a VM, with one booted for each request.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Context, type Found, MEMORY_MIB, packageRoot } from "./context.js";
import { endCpus, stayOn } from "./cpus.js";
import { type Rounds, takeTurns } from "./harness.js";
import { HELLO_ANSWER } from "./hello-calls.js";
import { HttpLoad, type LoadResult } from "./http-load.js";
import { NativeProgram } from "./native-program.js";
import { ServeProcess } from "./serve-process.js";
import { median, medianRatio, percentile } from "./statistics.js";

const CONNECTIONS = 16;
const HELLO = { path: "/hello", body: HELLO_ANSWER };
const BOOT = { path: "/boot", body: "Hello, world!\nGET /boot\n" };
/** How long a VM of the function lives that shall have none, ms … */
const COLD_IDLE_MS = 1;
/** … and how long to wait before it is asked: the VM is closed by then, and KVM's spare made again, ms. */
const COLD_PAUSE_MS = 15;
/** Between two requests that have a VM booted, ms: the kernel takes longer to end a VM than to make one. */
const BOOT_PAUSE_MS = 3;

export async function measureRequests(context: Context): Promise<Found[]> {
  const image = await context.handlers.image("hello");
  const config = await writeConfig(context, image);
  await using served = await ServeProcess.start(config, context.machine, "server");
  return [
    ...(await warm(context, served, image)),
    ...(await withoutVm(context, served)),
    ...(await booted(context, served)),
  ];
}

async function writeConfig({ scratch, machine }: Context, image: string): Promise<string> {
  const path = join(scratch, `gateway-${machine}.json`);
  const config = {
    defaults: { limits: { memoryMiB: MEMORY_MIB } },
    functions: {
      hello: image,
      cold: { file: image, idle: COLD_IDLE_MS },
      boot: { file: join(packageRoot, "build", "apps", "hello.img"), isolation: "boot" },
    },
    routes: ["hello", "cold", "boot"].map((name) => ({ path: `/${name}`, function: name })),
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

type Turns = Rounds<
  "one" | "asleep" | "many" | "library" | "libraryMany" | "httpOne" | "httpMany" | "shortest",
  LoadResult
>;

/** The gateway, the library without it, and HTTP without a function take turns. */
async function warm(context: Context, served: ServeProcess, image: string): Promise<Found[]> {
  const program = (name: string): string => join(packageRoot, "dist", "bench", `${name}.js`);
  using library = onServersCpu(program("fetch-process"), context.machine, image);
  using responder = onServersCpu(program("responder-process"));
  using shortest = onServersCpu(program("responder-process"), context.machine, image);
  using gateway = await HttpLoad.start(context, served.url, [HELLO]);
  using http = await HttpLoad.start(context, await urlOf(responder), [HELLO]);
  using calling = await HttpLoad.start(context, await urlOf(shortest), [HELLO]);
  const asleep = { connections: 1, requests: context.times(500, 20) };
  const one = { ...asleep, awake: true };
  const many = { connections: CONNECTIONS, requests: context.times(2000, 32) };
  const calls = context.times(1000, 32);
  const call = async (atOnce: number): Promise<LoadResult[]> => {
    const [[all = 0, ...latencies] = []] = await library.ask([calls, atOnce], 1);
    return [{ perSecond: (calls * 1e3) / all, latencies }];
  };
  const turns: Turns = await takeTurns(
    {
      one: async () => [await gateway.ask(one)],
      asleep: async () => [await gateway.ask(asleep)],
      many: async () => [await gateway.ask(many)],
      library: () => call(1),
      libraryMany: () => call(CONNECTIONS),
      httpOne: async () => [await http.ask(one)],
      httpMany: async () => [await http.ask(many)],
      shortest: async () => [await calling.ask(many)],
    },
    {
      rounds: context.times(10, 1),
      warmUp: context.times(16, 1), // V8 takes some thirty thousand requests to settle
      progress: (done, of) => context.progress(`round ${done} of ${of}`),
    },
  );
  return reportWarm(turns);
}

/** Where a responder listens. */
async function urlOf(responder: NativeProgram): Promise<string> {
  const [[port]] = (await responder.ask(0, 1)) as [[number]];
  return `http://127.0.0.1:${port}`;
}

function onServersCpu(program: string, ...args: string[]): NativeProgram {
  using _there = stayOn(endCpus().server);
  return new NativeProgram(process.execPath, [program, ...args]);
}

function reportWarm(turns: Turns): Found[] {
  const latencies = (of: keyof Turns): number[] => turns[of].flat().flatMap((load) => load.latencies);
  const rates = (of: keyof Turns): number[] => turns[of].flat().map(({ perSecond }) => perSecond);
  const [callMs, httpMs] = [percentile(latencies("library"), 50), percentile(latencies("httpOne"), 50)];
  const [callsMany, httpMany] = [median(rates("libraryMany")), median(rates("httpMany"))];
  // What a request is made of, each by itself: a gateway has to do about as much.
  const parts = `fn.fetch ${callMs.toFixed(3)} + HTTP without a function ${httpMs.toFixed(3)} = ${(callMs + httpMs).toFixed(3)} ms`;
  const both = 1 / (1 / callsMany + 1 / httpMany);
  const partsMany = `fn.fetch ${Math.round(callsMany)}/s, HTTP without a function ${Math.round(httpMany)}/s: one after the other ${Math.round(both)}/s`;
  return [
    row("one connection p50", percentile(latencies("one"), 50), "ms", { atMost: 0.25 }, parts),
    row("one connection p99", percentile(latencies("one"), 99), "ms", { atMost: 1.5 }),
    row(
      "… whose client sleeps p50",
      percentile(latencies("asleep"), 50),
      "ms",
      undefined,
      "the server wakes it with each response",
    ),
    row("… whose client sleeps p99", percentile(latencies("asleep"), 99), "ms"),
    row(`${CONNECTIONS} connections`, median(rates("many")), "requests/s", { atLeast: 5000 }, partsMany),
    row(`${CONNECTIONS} connections p99`, percentile(latencies("many"), 99), "ms", { atMost: 10 }),
    row(
      "against the library",
      medianRatio(rates("many"), rates("library")),
      "×",
      { atLeast: 0.7 },
      `one call after the other: ${Math.round(median(rates("library")))} calls/s`,
    ),
    row(
      "against the shortest server",
      medianRatio(rates("many"), rates("shortest")),
      "×",
      undefined,
      `node:http that calls fn.fetch, without routes, log and metrics: ${Math.round(median(rates("shortest")))} requests/s`,
    ),
  ];
}

async function withoutVm(context: Context, served: ServeProcess): Promise<Found[]> {
  using load = await HttpLoad.start(context, served.url, [{ ...HELLO, path: "/cold" }]);
  const started = (): Promise<number> =>
    served.metric("mayfly_request_seconds_count", { function: "cold", step: "start" });
  const ask = (requests: number): Promise<LoadResult> =>
    load.ask({ connections: 0, requests, pauseMs: COLD_PAUSE_MS });
  context.progress("requests without a VM");
  // V8 compiles what they take until some thousands have come; on the server's processor that makes others wait.
  await load.ask({ connections: 0, requests: context.times(3000, 2), pauseMs: COLD_IDLE_MS + 2 });
  const before = await started();
  const requests = context.times(400, 5);
  const { latencies } = await ask(requests);
  await delay(COLD_PAUSE_MS); // a VM is counted when it is put back, behind its response
  const made = (await started()) - before;
  // A server that was held up for longer than the pause may have had one left.
  if (made < requests * 0.99)
    throw new Error(`gateway: got ${made} VMs for ${requests} requests that had none`);
  return [
    row(
      "request without a VM p50",
      percentile(latencies, 50),
      "ms",
      { atMost: 3 },
      "its TCP connection included",
    ),
    row("request without a VM p99", percentile(latencies, 99), "ms", { atMost: 5 }),
  ];
}

async function booted(context: Context, served: ServeProcess): Promise<Found[]> {
  using load = await HttpLoad.start(context, served.url, [BOOT]);
  context.progress("a VM booted for each request");
  const ask = async (requests: number, pauseMs: number): Promise<readonly number[]> =>
    (await load.ask({ connections: 1, requests, pauseMs })).latencies;
  await ask(context.times(1000, 2), 0);
  const busy = await ask(context.times(800, 5), 0);
  const apart = await ask(context.times(800, 5), BOOT_PAUSE_MS);
  const note = "a VM booted for each request: hello.img, in C";
  const behind = "without a pause: the end of the VM before takes its part of the processor";
  return [
    row("boot p50", percentile(apart, 50), "ms", undefined, note),
    row("boot p99", percentile(apart, 99), "ms", { atMost: 5 }, `a request every ${BOOT_PAUSE_MS} ms`),
    row("boot, busy p50", percentile(busy, 50), "ms", undefined, behind),
    row("boot, busy p99", percentile(busy, 99), "ms"),
  ];
}

function row(name: string, value: number, unit: string, bound?: Found["bound"], note?: string): Found {
  return {
    name: `gateway: ${name}`,
    value,
    unit,
    ...(bound !== undefined && { bound }),
    ...(note !== undefined && { note }),
  };
}
