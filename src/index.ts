// index.ts: the library's face: what a program imports from "mayfly".

export type { BlockBackend } from "./device/block.js";
export { blockFile } from "./device/block-file.js";
export type { BlockOptions } from "./device/block-geometry.js";
export { type BlockMemory, blockMemory } from "./device/block-memory.js";
export type { ConsoleSink } from "./device/console.js";
export { ConsoleCollector, descriptorSink, discardOutput } from "./device/console-sinks.js";
export type { OnHostFailure } from "./device/host-failure.js";
export type { NetBackend } from "./device/net.js";
export { createNetPair, NetHub } from "./device/net-memory.js";
export type { NetPort, NetPortOptions } from "./device/net-port.js";
export { type NetTap, type NetTapOptions, netTap } from "./device/net-tap.js";
export { type ErrorCode, MayflyError } from "./errors.js";
export type { Bill } from "./function/bill.js";
export { FunctionBusyError } from "./function/busy-error.js";
export type { CallOptions } from "./function/call.js";
export { FetchFunction as Function } from "./function/function.js";
export { FunctionError } from "./function/function-error.js";
export type { FunctionLimits } from "./function/function-limits.js";
export type { FunctionOptions } from "./function/function-options.js";
export type { Isolation } from "./function/isolation.js";
export type { Lease, LeaseOptions } from "./function/lease.js";
export type { CallDone, FunctionObserver, VmChange, VmState } from "./function/observer.js";
export type { OutboundPolicyOptions } from "./function/outbound/policy.js";
export { VmBudget } from "./function/pool/vm-budget.js";
export type { Thrown } from "./function/thrown.js";
export {
  type Concurrency,
  type Duration,
  defineConfig,
  type FunctionDefinition,
  type FunctionSettings,
  type MayflyConfig,
  type RouteDefinition,
  type SecretSource,
} from "./gateway/config/define-config.js";
export { Image, loadImage, type ManifestDevice, parseImage, type Segment } from "./image/image.js";
export { ImageLoader } from "./image/image-loader.js";
export { SystemCallError } from "./linux/system-call-error.js";
export type { Registers } from "./machine/machine.js";
export type { Attachments } from "./monitor/devices.js";
export type {
  BodySource,
  ExchangeRequest,
  ExchangeResponse,
  HeaderList,
  ResponseBody,
} from "./monitor/exchange/message.js";
export type { LimitOptions } from "./monitor/limits.js";
export { Monitor, type MonitorOptions, type SnapshotVmOptions, type VmOptions } from "./monitor/monitor.js";
export type { MachineChoice } from "./monitor/open-host.js";
export type { ResetOptions, Snapshot } from "./monitor/snapshot.js";
export type { VmStats } from "./monitor/stats.js";
export { Vm } from "./monitor/vm.js";
export { formatEnd, type GuestReport, type VmEnd, type VmEndReason } from "./monitor/vm-end.js";
