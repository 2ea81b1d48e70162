// gateway.ts: what a client of `mayfly serve` sees: a request, a new virtual machine, the response. On loopback.
import { join } from "node:path";
import { packageRoot, type Question } from "../context.js";
import { ServeProcess } from "../serve-process.js";
import { percentile } from "../statistics.js";

const PATH = "/hello";
const CONNECTIONS = 8;

export const gateway: Question = {
  name: "gateway",
  asks: "how long does a request to `mayfly serve` take, its virtual machine included?",
  async measure(context) {
    await using served = await ServeProcess.start(
      join(packageRoot, "examples", "hello", "mayfly.json"),
      context.machine,
    );
    const latencies: number[] = [];
    const warmUp = context.times(200, 5);
    const total = warmUp + context.times(1500, 20);
    for (let i = 0; i < total; i++) {
      if (i % 50 === 0) context.progress(`request ${i} of ${total}`);
      const latency = await served.request(PATH);
      if (i >= warmUp) latencies.push(latency);
    }
    return [
      {
        name: "gateway request p50",
        value: percentile(latencies, 50),
        unit: "ms",
        note: "one connection, kept; a VM for each request",
      },
      {
        name: "gateway request p99",
        value: percentile(latencies, 99),
        unit: "ms",
        ...(context.machine === "kvm" ? { bound: { atMost: 5 } } : {}),
      },
      {
        name: "gateway throughput",
        value: await throughput(served, context.times(1500, 16)),
        unit: "requests/s",
        note: `${CONNECTIONS} connections, one process`,
      },
    ];
  },
};

async function throughput(served: ServeProcess, total: number): Promise<number> {
  let left = total;
  const start = performance.now();
  const client = async (): Promise<void> => {
    while (left-- > 0) await served.request(PATH);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return (total / (performance.now() - start)) * 1e3;
}
