// run-load.ts: the load and fault test as a recipe: rounds of requests and faults against a service, and the books at the end.
import { Accounts } from "./accounts.js";
import { runRound, tour } from "./clients.js";
import { type Faults, killAtRandom, reloadAtRandom } from "./faults.js";
import { kinds } from "./kinds.js";
import { checkLog, type LogSums } from "./log-check.js";
import { Random } from "./random.js";
import { ServiceUnderLoad } from "./service-under-load.js";
import { type Settled, settle } from "./settled.js";

export interface LoadOptions {
  readonly machine: "kvm" | "process";
  readonly connections: number;
  readonly seconds: number;
  readonly seed: number;
}

export interface LoadReport {
  readonly options: LoadOptions;
  readonly accounts: Accounts;
  readonly faults: Faults;
  readonly log: LogSums;
  readonly before: Settled;
  readonly after: Settled;
  /** Requests that the supervisor counted as lost with their workers. */
  readonly lost: number;
}

const WORKERS = 2;

/** What befalls the service, and for which part of the time. Without deaths every request has its answer; nothing is lost by a reload. */
const ROUNDS = [
  { name: "calm", part: 0.15 },
  { name: "reloads", part: 0.2, befall: reloadAtRandom },
  // Building anew takes memory that stays: what is there now is what there may be in the end.
  { name: "calm behind reloads", part: 0.15, isMeasured: true },
  { name: "deaths", part: 0.35, befall: killAtRandom },
  { name: "calm in the end", part: 0.15, isMeasured: true },
] as const;

/** How often somebody looks at metrics and dashboard meanwhile, ms. */
const LOOK_MS = 150;

export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { machine, connections, seconds, seed } = options;
  const accounts = new Accounts();
  const mix = kinds(new Set());
  const faults: Faults = { kills: 0, reloads: 0 };
  await using service = await ServiceUnderLoad.start(machine, WORKERS);
  const { port } = service;
  let before: Settled | undefined;
  let after: Settled | undefined;
  for (const [i, round] of ROUNDS.entries()) {
    const ms = seconds * 1000 * round.part;
    const { name } = round;
    const fate = { service, accounts, random: new Random(seed + i), ms };
    const [, befell] = await Promise.all([
      runRound({ name, port, connections, ms, seed: seed + i, kinds: mix, accounts }),
      "befall" in round ? round.befall(fate) : undefined,
      lookOn(service, ms),
    ]);
    faults.kills += befell?.kills ?? 0;
    faults.reloads += befell?.reloads ?? 0;
    const isMeasured = "isMeasured" in round;
    // A worker has a few things of each function only once it was called; the rest between two rounds lets connections be dealt anew.
    if (isMeasured)
      for (const again of [0, ROUNDS.length]) {
        await tour({ name, port, seed: seed + i + again, kinds: mix, accounts }, WORKERS);
        await settle(service, { workers: WORKERS, before: undefined });
      }
    const { settled, problems } = await settle(service, {
      workers: WORKERS,
      before: isMeasured ? before : undefined,
    });
    for (const problem of problems) accounts.problem(`at rest behind round ${name}: ${problem}`);
    if (isMeasured) before ??= settled;
    after = settled;
  }
  const lost = await service.metric("mayfly_requests_lost_total");
  const deaths = await service.metric("mayfly_worker_deaths_total");
  const log = await end(service, accounts);
  if (deaths !== log.deaths)
    accounts.problem(`mayfly_worker_deaths_total: got ${deaths}, the log tells of ${log.deaths}`);
  if (log.failedReloads > 0 && faults.kills === 0) accounts.problem("a reload failed, and nobody was killed");
  if (accounts.begun !== accounts.entries.length)
    accounts.problem(`got ${accounts.entries.length} ends of ${accounts.begun} requests`);
  return { options, accounts, faults, log, before: before!, after: after!, lost };
}

async function lookOn(service: ServiceUnderLoad, ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    await service.metric("mayfly_vms");
    await service.look();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Ends it as an operator does; what it leaves behind is a problem. */
async function end(service: ServiceUnderLoad, accounts: Accounts): Promise<LogSums> {
  service.signal("SIGTERM");
  const { status, signal } = await service.end();
  if (status !== 0) accounts.problem(`the service ended with ${signal ?? `exit status ${status}`}`);
  if (service.stderr !== "") accounts.problem(`on stderr: ${service.stderr.slice(0, 4000)}`);
  // Whom the supervisor left behind dead is init's to bury.
  for (const { pid, command, state } of service.processes.filter(({ state }) => state !== "Z"))
    accounts.problem(`process ${pid} (${command}, ${state}) is left behind`);
  return checkLog(service.lines, accounts);
}
