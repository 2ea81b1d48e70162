// signals.test.ts: signals that reach the monitor's thread while the kernel makes a VM.
import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { test } from "node:test";
import { noKvm } from "../../../test/support/no-machine.js";
import type { AddressSpace } from "../address-space.js";
import { KvmHost } from "./host.js";

const space: AddressSpace = {
  memoryBytes: 4 << 20,
  regions: [{ start: 1 << 20, end: 4 << 20, permissions: "rw" }],
};

const INTERVAL_US = 100;
/** Time for some thousand samples, wherever machines are made fast. */
const LEAST_MS = 300;

test("machines are made while a profiler sends signals all the time", { skip: noKvm() }, async () => {
  // Each of its samples is a signal to this thread; KVM_CREATE_VM gives up with EINTR when one waits.
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    await session.post("Profiler.start");
    const host = KvmHost.open();
    const end = performance.now() + LEAST_MS;
    for (let i = 0; i < 100 || performance.now() < end; i++) await host.create(space).close();
    host.close();
    const { profile } = await session.post("Profiler.stop");
    assert.ok((profile.samples?.length ?? 0) > 100, "the profiler sent its signals");
  } finally {
    session.disconnect();
  }
});
