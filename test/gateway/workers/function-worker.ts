// function-worker.ts: a worker program for tests that answers with a real function: VMs behind all walls.
import { createServer } from "node:http";
import { FetchFunction } from "../../../src/function/function.js";
import { runWorker } from "../../../src/gateway/workers/run-worker.js";
import { Monitor } from "../../../src/index.js";

export interface FunctionConfig {
  readonly image: string;
  readonly machine: "kvm" | "process";
}

runWorker<FunctionConfig>(async ({ image, machine }) => {
  const monitor = Monitor.open({ machine, spareVms: 1 });
  const fn = await FetchFunction.load(image, { monitor, limits: { cpuTimeMs: 200 } });
  const server = createServer(async (request, response) => {
    try {
      const answer = await fn.fetch(`http://test.invalid${request.url}`);
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(500).end((error as { code?: string }).code ?? String(error));
    }
  });
  return {
    server,
    machine,
    answer: () => ({ vms: fn.vms }),
    async close() {
      await fn.close();
      await monitor.close();
    },
  };
});
