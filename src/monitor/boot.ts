// boot.ts: makes a new machine ready for its first instruction: segments, manifest, command line, boot info, registers.
import {
  BootInfo,
  HVT_CMDLINE_SIZE,
  HVT_FEATURE_RING_IO,
  MAYFLY_FEATURE_EXCHANGE,
  MAYFLY_FEATURE_OUTBOUND,
} from "../abi/boot-info.js";
import { MayflyError } from "../errors.js";
import { type AttachedDevice, encodeManifest } from "../image/manifest.js";
import { INITIAL_REGISTERS } from "../machine/initial-registers.js";
import type { Machine } from "../machine/machine.js";
import { BOOT_INFO, MANIFEST } from "../machine/memory-map.js";
import type { PreparedImage } from "./prepare.js";

export interface BootOptions {
  /** The guest's arguments, joined by spaces. */
  readonly commandLine: string;
  /** In the manifest's order. */
  readonly devices: readonly AttachedDevice[];
  /** The guest's time-stamp counter, Hz. */
  readonly tscHz: number;
  readonly offersExchange: boolean;
  readonly offersOutbound: boolean;
}

/** A command line as the guest sees it: UTF-8, ended by a zero byte. */
export function encodeCommandLine(commandLine: string): Uint8Array {
  const bytes = Buffer.from(`${commandLine}\0`);
  if (bytes.length > HVT_CMDLINE_SIZE)
    throw new MayflyError(
      "OPTION_INVALID",
      `the guest's arguments: got ${bytes.length - 1} bytes, expected at most ${HVT_CMDLINE_SIZE - 1}`,
    );
  return bytes;
}

/** Fills the memory of a machine fresh from its host. Everything not written here is zero. */
export function loadImage(machine: Machine, prepared: PreparedImage, options: BootOptions): void {
  const memory = machine.memory.bytes;
  const { constants = [] } = prepared.space;
  for (const segment of prepared.image.segments)
    if (!constants.some(({ start }) => start === segment.address))
      memory.set(segment.fileBytes, segment.address);
  const manifest = encodeManifest(options.devices);
  const commandLine = MANIFEST + manifest.length;
  memory.set(manifest, MANIFEST);
  memory.set(encodeCommandLine(options.commandLine), commandLine);
  BootInfo.write(
    memory,
    {
      mem_size: BigInt(prepared.guestMemoryBytes),
      kernel_end: BigInt(prepared.image.end),
      cpu_cycle_freq: BigInt(options.tscHz),
      cmdline: BigInt(commandLine),
      mft: BigInt(MANIFEST),
      host_features:
        (options.offersExchange ? MAYFLY_FEATURE_EXCHANGE : 0) +
        (options.offersOutbound ? MAYFLY_FEATURE_OUTBOUND : 0) +
        (prepared.ringAddress === 0 ? 0 : HVT_FEATURE_RING_IO),
      guest_features: 0,
      net_ring: BigInt(prepared.ringAddress),
    },
    BOOT_INFO,
  );
}

/** Sets the registers that the ABI promises at the entry point. */
export function enterImage(machine: Machine, prepared: PreparedImage): void {
  machine.writeRegisters({
    ...INITIAL_REGISTERS,
    rip: BigInt(prepared.image.entry),
    rsp: BigInt(prepared.guestMemoryBytes - 8),
    rdi: BigInt(BOOT_INFO),
  });
}
