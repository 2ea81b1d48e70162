// faults.ts: what befalls the service under load: workers killed, at once or while they stand still, and reloads.
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Accounts } from "./accounts.js";
import type { Random } from "./random.js";
import type { ServiceUnderLoad } from "./service-under-load.js";

export interface FaultOptions {
  readonly service: ServiceUnderLoad;
  readonly accounts: Accounts;
  readonly random: Random;
  /** How long. */
  readonly ms: number;
}

export interface Faults {
  kills: number;
  reloads: number;
}

/** Longest time between two faults, as a part of a round. */
const PART = 0.12;

/** Reloads, one after the other or faster. */
export async function reloadAtRandom({ service, random, ms }: FaultOptions): Promise<Faults> {
  const faults = { kills: 0, reloads: 0 };
  await untilOver(ms, random, async () => {
    service.signal("SIGHUP");
    faults.reloads++;
  });
  return faults;
}

/** Kills workers, and reloads now and then: a reload's workers are among those that may be killed. */
export async function killAtRandom({ service, accounts, random, ms }: FaultOptions): Promise<Faults> {
  const faults = { kills: 0, reloads: 0 };
  const kill = (pid: number): void => {
    accounts.deaths.push(performance.now());
    faults.kills++;
    send(pid, "SIGKILL");
  };
  await untilOver(ms, random, async () => {
    if (random.chance(0.25)) {
      service.signal("SIGHUP");
      faults.reloads++;
      if (random.chance(0.5)) return;
      await pause(random.between(0, 300));
    }
    const { workers } = service;
    if (workers.length === 0) return;
    if (random.chance(0.15)) for (const pid of workers) kill(pid);
    else if (random.chance(0.3)) {
      // What comes to it meanwhile lies unread when it dies.
      const pid = random.pick(workers);
      accounts.deaths.push(performance.now());
      send(pid, "SIGSTOP");
      await pause(random.between(20, 200));
      kill(pid);
    } else kill(random.pick(workers));
  });
  return faults;
}

async function untilOver(ms: number, random: Random, befall: () => Promise<void>): Promise<void> {
  const until = performance.now() + ms;
  for (;;) {
    await pause(random.between(Math.round((ms * PART) / 4), Math.round(ms * PART)));
    if (performance.now() >= until) return;
    await befall();
  }
}

/** It may have gone meanwhile. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}
