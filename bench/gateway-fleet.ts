// gateway-fleet.ts: very many functions behind one gateway: what each costs while nobody asks it, and what a burst leaves behind.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hashOf } from "../src/build/object-cache.js";
import { defaultCacheDirectory } from "../src/build/places.js";
import type { Context, Found } from "./context.js";
import { HttpLoad, type Target } from "./http-load.js";
import { ServeProcess } from "./serve-process.js";

const MIB = 1 << 20;
const CONNECTIONS = 16;
/** For the kernel to take back what was closed, ms. */
const CLOSING_MS = 500;

/** A directory of handlers. */
interface Fleet {
  readonly directory: string;
  readonly targets: readonly Target[];
  /** How long an idle VM lives, ms. */
  readonly idleMs: number;
}

export async function measureFleet(context: Context): Promise<Found[]> {
  const idleMs = context.times(10_000, 300);
  const single = await writeFleet(context, 1, idleMs);
  const fleet = await writeFleet(context, context.times(1000, 8), idleMs);
  try {
    return await compare(context, single, fleet);
  } finally {
    await forgetImages([single, fleet]);
  }
}

async function compare(context: Context, single: Fleet, fleet: Fleet): Promise<Found[]> {
  const count = fleet.targets.length;
  const alone = await holdings(single, context);
  context.progress(`${count} functions: building and starting them`);
  await using served = await serve(fleet, context);
  const idle = { memory: served.memory(), threads: served.threads() };
  // The first look at its metrics takes memory that later ones use again: it is not the burst's.
  await served.metric("mayfly_vms");
  const before = served.memory();
  const asked = fleet.targets.slice(0, context.times(200, 4));
  using load = await HttpLoad.start(context, served.url, asked);
  context.progress(`a burst over ${asked.length} functions`);
  const { perSecond } = await load.ask({
    connections: CONNECTIONS,
    requests: 10 * asked.length + CONNECTIONS,
  });
  const vms = await served.metric("mayfly_vms");
  context.progress("their VMs' idle time");
  await delay(fleet.idleMs + CLOSING_MS);
  const left = await served.metric("mayfly_vms");
  return [
    {
      name: "gateway: start-up of a fleet",
      value: served.startMs / 1e3,
      unit: "s",
      bound: { atMost: 60 },
      note: `${count} functions, each of a TypeScript file of its own`,
    },
    {
      name: "gateway: memory of a fleet's function",
      value: (idle.memory - alone.memory) / (count - 1) / MIB,
      unit: "MiB",
      bound: { atMost: 1 },
      note: `idle; what ${count} need beyond what one does, of ${Math.round(idle.memory / MIB)} MiB in all`,
    },
    {
      name: "gateway: threads of a fleet's function",
      value: (idle.threads - alone.threads) / (count - 1),
      unit: "threads",
      bound: { atMost: 0.05 },
      note: `${idle.threads} in all, with those of esbuild; ${alone.threads} with one function`,
    },
    {
      name: "gateway: VMs after a burst",
      value: left,
      unit: "VMs",
      bound: { atMost: 0 },
      note: `over ${asked.length} functions, at ${Math.round(perSecond)} requests/s, and ${fleet.idleMs / 1000} idle seconds; ${vms} before these`,
    },
    {
      name: "gateway: memory after a burst",
      value: served.memory() / before,
      unit: "×",
      bound: { atMost: 1.1 },
      note: "of that before it",
    },
  ];
}

function serve({ directory }: Fleet, { machine }: Context): Promise<ServeProcess> {
  return ServeProcess.start(directory, machine, "all");
}

/** What a gateway of these functions holds when it has just begun. */
async function holdings(fleet: Fleet, context: Context): Promise<{ memory: number; threads: number }> {
  await using served = await serve(fleet, context);
  return { memory: served.memory(), threads: served.threads() };
}

async function writeFleet(context: Context, count: number, idleMs: number): Promise<Fleet> {
  const directory = join(context.scratch, `fleet-${context.machine}-${count}`);
  await mkdir(directory);
  const targets = Array.from({ length: count }, (_, i) => ({ path: `/f${i}`, body: `function ${i}\n` }));
  for (const { path, body } of targets)
    await writeFile(
      join(directory, `${basename(path)}.ts`),
      `export default { fetch: () => new Response(${JSON.stringify(body)}) };\n`,
    );
  await writeFile(
    join(directory, "mayfly.json"),
    JSON.stringify({ directory: ".", defaults: { idle: idleMs } }),
  );
  return { directory, targets, idleMs };
}

/** Nobody else would: images of handlers lie in the cache, where they stay for the next start. */
async function forgetImages(fleets: readonly Fleet[]): Promise<void> {
  for (const { directory, targets } of fleets)
    for (const { path } of targets) {
      const handler = join(directory, `${basename(path)}.ts`);
      await rm(join(defaultCacheDirectory(), "functions", hashOf([handler])), {
        recursive: true,
        force: true,
      });
    }
}
