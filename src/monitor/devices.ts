// devices.ts: matches what the manifest declares with what the caller attaches, and puts the devices of one VM together.

import { type BlockBackend, BlockDevices } from "../device/block.js";
import { ClockDevice } from "../device/clock.js";
import { ConsoleDevice, type ConsoleSink } from "../device/console.js";
import type { Answer, Device } from "../device/device.js";
import type { OnHostFailure } from "../device/host-failure.js";
import { type NetBackend, NetDevices } from "../device/net.js";
import { NetRing } from "../device/net-ring.js";
import { type OpenOutboundClient, OutboundDevice } from "../device/outbound.js";
import { MayflyError } from "../errors.js";
import type { AttachedDevice, Image } from "../image/image.js";
import { ExchangeDevice } from "./exchange/exchange-device.js";
import { PollDevice } from "./poll.js";
import type { PreparedImage } from "./prepare.js";

/** What a caller attaches, by the name in the manifest. A VM closes what it was given. */
export type Attachments = Readonly<Record<string, BlockBackend | NetBackend>>;

/** All devices of one VM. */
export interface VmDevices {
  readonly answers: ReadonlyMap<number, Answer>;
  readonly attached: readonly AttachedDevice[];
  /** Absent when the guest is not told of the exchange. */
  readonly exchange: ExchangeDevice | undefined;
  /** Present when the image has net devices. */
  readonly ring: NetRing | undefined;
  /** Ends every wait that only a device can end, so that nothing touches guest memory any more. */
  cancelWaits(): void;
  close(): void;
}

export interface DeviceOptions {
  readonly attachments: Attachments;
  readonly console: ConsoleSink;
  readonly offersExchange: boolean;
  /** Absent when the guest may ask for nothing outside. */
  readonly outbound: OpenOutboundClient | undefined;
  readonly onHostFailure: OnHostFailure;
}

export function assembleDevices(prepared: PreparedImage, options: DeviceOptions): VmDevices {
  const { attachments, onHostFailure } = options;
  const attached = matchDevices(prepared.image, attachments);
  const blocks = new Map<number, BlockBackend>();
  const nets = new Map<number, NetBackend>();
  for (const { name, handle } of attached) {
    const backend = attachments[name]!;
    if ("capacity" in backend) blocks.set(handle, backend);
    else nets.set(handle, backend);
  }
  const net = new NetDevices(nets, onHostFailure);
  const console = new ConsoleDevice(options.console);
  const outbound = options.outbound === undefined ? undefined : new OutboundDevice(options.outbound);
  const exchange = options.offersExchange ? new ExchangeDevice(() => outbound?.close()) : undefined;
  const sources = [nets.size === 0 ? undefined : net, exchange, outbound];
  const poll = new PollDevice(sources.filter((source) => source !== undefined));
  const ring = prepared.ringAddress === 0 ? undefined : new NetRing(prepared.ringAddress, net);
  const devices: Device[] = [console, new ClockDevice(), new BlockDevices(blocks, onHostFailure), net, poll];
  if (exchange !== undefined) devices.push(exchange);
  if (outbound !== undefined) devices.push(outbound);
  if (ring !== undefined) devices.push(ring);
  return {
    answers: new Map(devices.flatMap((device) => [...device.answers])),
    attached,
    exchange,
    ring,
    cancelWaits(): void {
      console.close();
      poll.close();
      exchange?.close();
    },
    close(): void {
      for (const device of devices) device.close();
    },
  };
}

/**
 * Checks that every declared device is attached, with its type, and no other.
 *
 * @throws MayflyError DEVICE_MISSING, DEVICE_UNKNOWN or DEVICE_INVALID naming the device
 */
function matchDevices(image: Image, attachments: Attachments): AttachedDevice[] {
  for (const name of Object.keys(attachments)) {
    if (image.devices.some((device) => device.name === name)) continue;
    const declared = image.devices.map((device) => device.name).join(", ") || "none";
    throw new MayflyError(
      "DEVICE_UNKNOWN",
      `${image.name} does not declare a device "${name}" (it declares: ${declared})`,
      {
        mend: "mayfly inspect shows what an image declares",
      },
    );
  }
  return image.devices.map((device) => {
    // Its own: a device may be named "constructor", which every object inherits.
    const backend = Object.hasOwn(attachments, device.name) ? attachments[device.name] : undefined;
    const option = device.type === "block" ? `--block:${device.name}=PATH` : `--net:${device.name}=IFACE`;
    const mend = `attach one: mayfly run ${option}, or devices of monitor.create()`;
    if (backend === undefined)
      throw new MayflyError(
        "DEVICE_MISSING",
        `${image.name} declares the ${device.type} device "${device.name}", and nothing is attached to it`,
        { mend },
      );
    const isBlock = "capacity" in backend;
    if (isBlock !== (device.type === "block"))
      throw new MayflyError(
        "DEVICE_INVALID",
        `device "${device.name}": got a ${isBlock ? "block" : "net"} back-end, expected a ${device.type} back-end`,
        { mend },
      );
    return "capacity" in backend
      ? { ...device, type: "block", capacity: backend.capacity, blockSize: backend.sectorSize }
      : { ...device, type: "net", mac: backend.mac, mtu: backend.mtu };
  });
}
