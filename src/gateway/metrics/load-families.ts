// load-families.ts: what a gateway holds at this moment as Prometheus' gauges. Plain data: it can be sent to another process and added to others'.
import { gauge, type MetricFamily } from "./families.js";

/** What a gateway holds now. */
export interface GatewayLoad {
  /** Requests that wait for a VM, by function. */
  readonly queued: ReadonlyMap<string, number>;
  /** Guest memory that all its VMs together may have. */
  readonly memoryMiB: number;
  /** Connections of clients that are open. */
  readonly connections: number;
}

export function loadFamilies({ queued, memoryMiB, connections }: GatewayLoad): MetricFamily[] {
  return [
    gauge(
      "mayfly_queue_length",
      "Requests that wait for a virtual machine.",
      [...queued].map(([name, value]) => ({ labels: { function: name }, value })),
    ),
    gauge("mayfly_guest_memory_limit_bytes", "Guest memory that virtual machines may have together.", [
      { labels: {}, value: memoryMiB * 2 ** 20 },
    ]),
    gauge("mayfly_connections", "Connections of clients that are open.", [
      { labels: {}, value: connections },
    ]),
  ];
}
