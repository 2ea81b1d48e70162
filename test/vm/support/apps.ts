// apps.ts: the images of guest/apps, as the set-up built them, and short ways to run a guest.
import { fileURLToPath } from "node:url";
import {
  ConsoleCollector,
  type Image,
  loadImage,
  type Monitor,
  type VmEnd,
  type VmOptions,
  type VmStats,
} from "../../../src/index.js";

const folder = fileURLToPath(new URL("../../../../build/apps/", import.meta.url));
const loaded = new Map<string, Promise<Image>>();

/** An image of guest/apps, by its folder's name. */
export function app(name: string): Promise<Image> {
  const image = loaded.get(name) ?? loadImage(`${folder}${name}.img`);
  loaded.set(name, image);
  return image;
}

const CONSOLE_BYTES = 16 << 20;

export interface Outcome {
  readonly end: VmEnd;
  readonly stats: VmStats;
  /** What it wrote to the console. */
  readonly output: Uint8Array;
  readonly text: string;
}

/** Runs a guest to its end in a VM of its own, with little memory and no more than ten seconds unless told otherwise. */
export async function runGuest(monitor: Monitor, image: Image, options: VmOptions = {}): Promise<Outcome> {
  const output = new ConsoleCollector(CONSOLE_BYTES);
  const limits = { memoryMiB: 16, wallTimeMs: 10_000, ...options.limits };
  const vm = monitor.create(image, { console: output.sink, ...options, limits });
  try {
    const end = await vm.run();
    await vm.close();
    return { end, stats: vm.stats, output: output.bytes(), text: output.text() };
  } finally {
    await vm.close();
  }
}

/** A whole body in one piece. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
