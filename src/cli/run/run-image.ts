// run-image.ts: boots one image and waits for its end. Whatever happens, nothing stays open.
import type { ConsoleSink } from "../../device/console.js";
import { loadImage } from "../../image/image.js";
import type { LimitOptions } from "../../monitor/limits.js";
import { Monitor } from "../../monitor/monitor.js";
import type { MachineChoice } from "../../monitor/open-host.js";
import type { Vm } from "../../monitor/vm.js";
import type { VmEnd } from "../../monitor/vm-end.js";
import { machineNotice } from "../machine-option.js";
import { checkDeclared, type DeviceRequest } from "./device-options.js";
import { HostFailures } from "./host-failures.js";
import { OpenDevices } from "./open-devices.js";
import type { Outcome } from "./outcome.js";
import { StopSignals } from "./stop-signals.js";

export interface RunOptions {
  readonly args: readonly string[];
  readonly requests: readonly DeviceRequest[];
  readonly limits: LimitOptions;
  readonly machine: MachineChoice;
  readonly console: ConsoleSink;
  /** Count the memory that the guest touches; it costs a system call. */
  readonly measureMemory: boolean;
  /** Takes a line about a host error, or about the lack of KVM. */
  readonly warn: (line: string) => void;
}

/**
 * Runs an image to its end.
 *
 * @throws MayflyError for whatever keeps it from running; SystemCallError when the console's host fails
 */
export async function runImage(path: string, options: RunOptions): Promise<Outcome> {
  const image = await loadImage(path);
  checkDeclared(options.requests, image);
  await using monitor = Monitor.open({ machine: options.machine });
  const notice = machineNotice(monitor);
  if (notice !== undefined) options.warn(notice);
  using devices = new OpenDevices(options.requests);
  const failures = new HostFailures(options.warn);
  const vm = monitor.create(image, {
    limits: options.limits,
    args: options.args,
    devices: devices.attachments,
    console: options.console,
    // Nobody would send a request: a guest that could wait for one would wait for ever.
    exchange: false,
    measureMemory: options.measureMemory,
    onHostFailure: failures.listener,
  });
  using signals = new StopSignals(() => vm.stop());
  const end = await runAndClose(vm);
  return { end, stats: vm.stats, signal: signals.received, hostFailures: failures.count };
}

/** Closed before the devices are: it may still use them. */
async function runAndClose(vm: Vm): Promise<VmEnd> {
  try {
    return await vm.run();
  } finally {
    await vm.close();
  }
}
