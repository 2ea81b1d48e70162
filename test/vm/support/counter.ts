// counter.ts: asks the counter image, which tells what it finds in every place that a guest keeps something in.
import type { ExchangeRequest, ExchangeResponse, Monitor, Vm, VmOptions } from "../../../src/index.js";
import { collect } from "./apps.js";
import { get, open } from "./exchanges.js";

/** Values by place. */
export type Findings = ReadonlyMap<string, bigint>;

export async function ask(vm: Vm, target = "/", more: Partial<ExchangeRequest> = {}): Promise<Findings> {
  return findings(await vm.exchange(get(target, more)));
}

async function findings({ body }: ExchangeResponse): Promise<Findings> {
  const lines = (await collect(body)).toString().trimEnd().split("\n");
  return new Map(
    lines.map((line) => {
      const [name, value] = line.split(" ");
      return [name!, BigInt(`0x${value}`)];
    }),
  );
}

/** What must be the same for every request of a VM that is put back. */
export function state(found: Findings): Record<string, bigint> {
  const { entropy: _, clock: __, ...rest } = Object.fromEntries(found);
  return rest;
}

export const UNTOUCHED = { asked: 1n, tls: 1n, sse: 0n, heap: 0n };

export function counter(monitor: Monitor, options: VmOptions = {}): Promise<Vm> {
  return open(monitor, "counter", options);
}
