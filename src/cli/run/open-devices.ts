// open-devices.ts: opens what the device options name: all of it, or nothing.
import type { BlockBackend } from "../../device/block.js";
import { blockFile } from "../../device/block-file.js";
import type { NetBackend } from "../../device/net.js";
import { netTap } from "../../device/net-tap.js";
import type { DeviceRequest } from "./device-options.js";

/** Back-ends by the device's name. Closing one that the VM closed already does nothing. */
export class OpenDevices implements Disposable {
  readonly attachments: Record<string, BlockBackend | NetBackend> = {};

  /** @throws MayflyError DEVICE_INVALID; nothing is left open then */
  constructor(requests: readonly DeviceRequest[]) {
    try {
      for (const request of requests) this.attachments[request.name] = open(request);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const backend of Object.values(this.attachments)) backend.close();
  }
}

function open({ type, source, sectorSize, readOnly, mac }: DeviceRequest): BlockBackend | NetBackend {
  if (type === "net") return netTap(source, mac === undefined ? {} : { mac });
  return blockFile(source, {
    ...(sectorSize !== undefined && { sectorSize }),
    ...(readOnly === true && { readOnly }),
  });
}
