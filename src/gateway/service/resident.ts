// resident.ts: how much memory processes of this service have in RAM, as Prometheus' gauge.
import { readFile } from "node:fs/promises";
import type { MetricFamily, MetricValue } from "../metrics/families.js";

interface Process {
  readonly worker: number;
  readonly pid: number | undefined;
}

/** One value for each that is there; guest memory is part of it where the machine is KVM. */
export async function residentFamily(processes: readonly Process[]): Promise<MetricFamily> {
  const values = await Promise.all(processes.map(residentOf));
  return {
    name: "mayfly_worker_resident_bytes",
    help: "Memory that a worker has in RAM.",
    type: "gauge",
    aggregator: "sum",
    values: values.flat(),
  };
}

async function residentOf({ worker, pid }: Process): Promise<MetricValue[]> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? [] : [{ labels: { worker }, value: Number(kib) * 1024 }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
