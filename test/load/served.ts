// served.ts: what is under load: a configuration of functions that are honest, slow, broken and greedy.
import { fileURLToPath } from "node:url";
import { misdeedImage } from "../gateway/support/gateway.js";

/** How long an idle VM lives, ms. */
export const IDLE_MS = 300;

/** @param workers processes */
export async function servedConfig(workers: number): Promise<object> {
  const image = await misdeedImage();
  const impatient = { limits: { wallTime: "300ms" } };
  const misdeed = (name: string, limits = {}): object => ({
    path: `/exchange-${name}/[nonce]`,
    image,
    ...limits,
  });
  const misdeeds = [misdeed("crash"), misdeed("crash-midway"), misdeed("stall", impatient)];
  const functions = {
    echo: { file: handler("echo"), limits: { bodyMiB: 1 } },
    narrow: { file: handler("echo"), concurrency: { vms: 1, queue: 4, queueTime: "200ms" } },
    boot: { file: handler("echo"), isolation: "boot" },
    instance: { file: handler("instance"), isolation: "instance" },
    streams: handler("streams"),
    throws: handler("failing"),
    unsettled: handler("failing"),
    loops: { file: handler("failing"), limits: { cpuTime: "50ms" } },
    waits: { file: handler("failing"), ...impatient },
    hogs: { file: handler("failing"), limits: { memoryMiB: 12 } },
    breaks: handler("failing"),
  };
  const routes = Object.keys(functions).map((name) => ({ path: `/${name}/[nonce]`, function: name }));
  return {
    listen: { port: 0 },
    admin: { port: 0 },
    workers,
    // Too little for all at once: functions must take turns.
    memoryMiB: 640,
    defaults: {
      idle: `${IDLE_MS}ms`,
      // What is bounded there is bounded by a limit of its own: on a busy host time runs faster than work.
      limits: { memoryMiB: 24, wallTime: "20s", cpuTime: "5s" },
      concurrency: { vms: 12, queue: 200, queueTime: "5s" },
    },
    functions,
    routes: [...routes, ...misdeeds],
  };
}

/** The source: the server builds it. */
function handler(name: string): string {
  // This file runs as dist/test/load/served.js.
  return fileURLToPath(new URL(`../../../test/load/functions/${name}.ts`, import.meta.url));
}
