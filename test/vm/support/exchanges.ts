// exchanges.ts: requests, bodies and VMs for tests of the exchange.
import { setTimeout as delay } from "node:timers/promises";
import {
  blockMemory,
  createNetPair,
  type ExchangeRequest,
  type Monitor,
  type Vm,
  type VmOptions,
} from "../../../src/index.js";
import { app } from "./apps.js";

export const MIB = 1 << 20;
export const limits = { memoryMiB: 8, wallTimeMs: 20_000 };

export function get(target: string, more: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return { method: "GET", origin: "http://localhost:8080", target, headers: [], ...more };
}

/** Recognizable bytes. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}

export async function* pieces(body: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) {
    if (at % 3 === 0) await delay(0);
    yield body.subarray(at, at + size);
  }
}

export async function open(monitor: Monitor, name: string, options: VmOptions = {}): Promise<Vm> {
  return monitor.create(await app(name), { limits, ...options });
}

/** A VM of the misdeed image that answers the first request in its own way. */
export async function misdeed(monitor: Monitor, words: string, wallTimeMs = 20_000): Promise<Vm> {
  const devices = { storage: blockMemory(512), service0: createNetPair()[0] };
  return open(monitor, "misdeed", {
    args: words.split(" "),
    devices,
    limits: { memoryMiB: 16, wallTimeMs },
  });
}
