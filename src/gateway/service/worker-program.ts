// worker-program.ts: the program of a service's workers: a gateway that gets its connections from the supervisor.
import { MayflyError } from "../../errors.js";
import { Monitor } from "../../monitor/monitor.js";
import { FailureNews } from "../dashboard/failure-news.js";
import { LiveDashboard } from "../dashboard/live-dashboard.js";
import { Gateway } from "../gateway.js";
import { metricFamilies } from "../metrics/families.js";
import { loadFamilies } from "../metrics/load-families.js";
import { Observation } from "../observation/observation.js";
import type { RequestRecord } from "../request-record.js";
import { runWorker } from "../workers/run-worker.js";
import type { GatewayAnswers, GatewayFarewell, GatewayWorkerConfig } from "./worker-config.js";
import { openWorkerLog } from "./worker-log.js";

runWorker<GatewayWorkerConfig>(async ({ serve, machine, log: style }, { worker, tell }) => {
  const monitor = Monitor.open({ machine, spareVms: 1 });
  const observation = new Observation();
  const dashboard = new LiveDashboard(observation);
  new FailureNews(observation, tell);
  const log = openWorkerLog(style, worker);
  const gateway = await Gateway.open(serve, monitor, {
    observe: (name, memoryMiB) => log.observer(name, observation.observe(name, memoryMiB)),
    onRequest: (record) => {
      observation.request(record.function, record);
      log.request(record);
      // Another worker can have what this one cannot get again.
      if (isMachineLost(record)) void log.flushed().then(() => process.exit(1));
    },
    onError: log.error,
  });
  let unwatch: (() => void) | undefined;
  const answers: { [Q in keyof GatewayAnswers]: () => GatewayAnswers[Q] } = {
    metrics: () => [...metricFamilies(observation), ...loadFamilies(gateway.holds)],
    state: () => dashboard.state(),
    watch: () => {
      unwatch ??= dashboard.subscribe(tell);
      return dashboard.state();
    },
    unwatch: () => {
      unwatch?.();
      unwatch = undefined;
    },
  };
  return {
    server: gateway.server,
    machine,
    answer: (question) => answers[question as keyof GatewayAnswers](),
    farewell: (): GatewayFarewell => ({ metrics: answers.metrics(), state: answers.state() }),
    leave: () => gateway.leave(),
    async close(graceMs) {
      await gateway.close(graceMs);
      await monitor.close();
      await log.flushed();
      return gateway.brokenOff;
    },
  };
});

function isMachineLost({ failure }: RequestRecord): boolean {
  return failure?.cause instanceof MayflyError && failure.cause.code === "MACHINE_LOST";
}
