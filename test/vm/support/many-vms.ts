// many-vms.ts: a process that makes many VMs, one after the other and all at once, and tells what it holds meanwhile.
//
// node --expose-gc many-vms.js MACHINE COUNT ALIVE: prints one JSON object, `ManyVms`.
import { readdirSync, readFileSync } from "node:fs";
import type { Image, Monitor } from "../../../src/index.js";
import { app, collect, runGuest } from "./apps.js";
import { GuestProgram } from "./guest-program.js";
import { type MachineUnderTest, machines } from "./machines.js";

/** What the process holds. */
export interface Holdings {
  readonly descriptors: number;
  readonly vcpuMappings: number;
  /** Child processes, zombies included. */
  readonly children: number;
  readonly mappings: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Views of guest memory, mostly. */
  readonly externalBytes: number;
}

export interface ManyVms {
  readonly warm: Holdings;
  readonly end: Holdings;
  /** While all of the VMs alive at once were there, and after they were closed. */
  readonly alive: Holdings;
  readonly closed: Holdings;
}

const MEMORY_MIB = 6;
const limits = { memoryMiB: MEMORY_MIB, wallTimeMs: 10_000 };
const request = { method: "GET", origin: "http://localhost", target: "/", headers: [] } as const;

/** One life of a VM, each in its own way: answered, crashed, stopped, refused. */
type Life = (monitor: Monitor, images: Images) => Promise<void>;

interface Images {
  readonly hello: Image;
  readonly crash: Image;
  readonly loop: Image;
}

const lives: readonly Life[] = [
  async (monitor, { hello }) => {
    const vm = monitor.create(hello, { limits });
    const { body } = await vm.exchange(request);
    await collect(body);
    await vm.close();
  },
  async (monitor, { crash }) => {
    const { end } = await runGuest(monitor, crash, { limits });
    if (end.reason !== "exception") throw new Error(end.message);
  },
  async (monitor, { hello }) => {
    const vm = monitor.create(hello, { limits });
    const asked = vm.exchange(request).catch(() => {});
    await vm.close();
    await asked;
  },
  async (monitor, { loop }) => {
    await runGuest(monitor, loop, { limits: { ...limits, wallTimeMs: 1 } });
  },
  async (monitor, { hello }) => {
    try {
      monitor.create(hello, { limits, args: ["x".repeat(10_000)] });
    } catch {
      return;
    }
    throw new Error("an endless command line was taken");
  },
  async (monitor, { hello }) => {
    await monitor.create(hello, { limits }).close();
  },
];

async function main(machine: MachineUnderTest, count: number, alive: number): Promise<ManyVms> {
  await using monitor = machine.open();
  const images: Images = {
    hello: await app("hello"),
    crash: new GuestProgram().raw(0x0f, 0x0b).image(),
    loop: new GuestProgram().forever().image(),
  };
  const live = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) await lives[i % lives.length]!(monitor, images);
  };
  const warmUp = Math.min(400, count / 4);
  await live(0, warmUp);
  const warm = await holdings();
  await live(warmUp, count);
  const end = await holdings();

  const whileAlive = await manyAtOnce(monitor, images.hello, alive);
  return { warm, end, alive: whileAlive, closed: await holdings() };
}

/** Makes VMs that all live until the last has answered. */
async function manyAtOnce(monitor: Monitor, image: Image, count: number): Promise<Holdings> {
  const vms = Array.from({ length: count }, () => monitor.create(image, { limits }));
  await Promise.all(vms.map(async (vm) => collect((await vm.exchange(request)).body)));
  const whileAlive = await holdings();
  await Promise.all(vms.map((vm) => vm.close()));
  return whileAlive;
}

async function holdings(): Promise<Holdings> {
  // Twice, with a turn of the event loop between: finalizers run in the second.
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const maps = readFileSync("/proc/self/maps", "utf8").trimEnd().split("\n");
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    vcpuMappings: maps.filter((line) => line.includes("kvm-vcpu")).length,
    children: childCount(),
    mappings: maps.length,
    residentBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
  };
}

function childCount(): number {
  const tasks = readdirSync("/proc/self/task");
  const children = tasks.map((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8").trim());
  return children.join(" ").split(" ").filter(Boolean).length;
}

const [kind, count, alive] = process.argv.slice(2);
const machine = machines.find((each) => each.kind === kind)!;
process.stdout.write(JSON.stringify(await main(machine, Number(count), Number(alive))));
