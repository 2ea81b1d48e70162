// manifest.ts: the devices that an image declares, and the manifest that its guest sees when they are attached. No I/O.
import {
  BlockBasic,
  MFT_DEV_BLOCK_BASIC,
  MFT_DEV_NET_BASIC,
  MFT_MAX_ENTRIES,
  MFT_NAME_SIZE,
  MFT_RESERVED_FIRST,
  MFT_VERSION,
  Mft,
  MftEntry,
  NetBasic,
} from "../abi/manifest.js";
import { type ImageFile, invalid } from "./image-file.js";

/** A device that the image needs. */
export interface ManifestDevice {
  /** Letters and digits. */
  readonly name: string;
  readonly type: "block" | "net";
  /** Its place in the manifest, by which hypercalls name it: 1 to 63. */
  readonly handle: number;
}

/** A declared device with what its guest learns about it. */
export type AttachedDevice =
  | (ManifestDevice & { readonly type: "block"; readonly capacity: number; readonly blockSize: number })
  | (ManifestDevice & { readonly type: "net"; readonly mac: Uint8Array; readonly mtu: number });

const DEVICE_TYPES = new Map<number, ManifestDevice["type"]>([
  [MFT_DEV_BLOCK_BASIC, "block"],
  [MFT_DEV_NET_BASIC, "net"],
]);

/**
 * Checks `struct mft` as it lies in the image and returns its devices in order of their handles.
 *
 * @param content at least the head, `struct mft` without entries
 */
export function readManifest(file: ImageFile, content: Uint8Array): ManifestDevice[] {
  const refuse = (field: string, got: string | number, expected: string | number) =>
    invalid(file, `note MFT1 ${field}`, got, expected);
  const { version, entries } = Mft.read(content);
  if (version !== MFT_VERSION) throw refuse("version", version, MFT_VERSION);
  if (entries < 1 || entries > MFT_MAX_ENTRIES) throw refuse("entries", entries, `1 to ${MFT_MAX_ENTRIES}`);
  const size = Mft.size + entries * MftEntry.size;
  if (content.length !== size)
    throw refuse("size", `${content.length} bytes`, `${size} for ${entries} entries`);

  const devices: ManifestDevice[] = [];
  const handles = new Map<string, number>();
  for (let handle = 0; handle < entries; handle++) {
    const entry = MftEntry.read(content, Mft.size + handle * MftEntry.size);
    const field = (name: string) => `e[${handle}].${name}`;
    if (entry.attached !== 0) throw refuse(field("attached"), entry.attached, "0 (the monitor attaches)");
    if (entry.name[MFT_NAME_SIZE - 1] !== 0) {
      throw refuse(field("name"), "no terminator", `a zero byte within ${MFT_NAME_SIZE}`);
    }
    const name = Buffer.from(entry.name.subarray(0, entry.name.indexOf(0))).toString("latin1");
    if (handle === 0) {
      if (entry.type !== MFT_RESERVED_FIRST) {
        throw refuse(field("type"), entry.type, `${MFT_RESERVED_FIRST} (MFT_RESERVED_FIRST)`);
      }
      if (name !== "") throw refuse(field("name"), asciiText(name), "an empty name in the reserved entry");
      continue;
    }
    const type = DEVICE_TYPES.get(entry.type);
    if (type === undefined) {
      throw refuse(field("type"), entry.type, `${MFT_DEV_BLOCK_BASIC} (block) or ${MFT_DEV_NET_BASIC} (net)`);
    }
    if (!/^[A-Za-z0-9]+$/.test(name)) throw refuse(field("name"), asciiText(name), "letters and digits");
    const earlier = handles.get(name);
    if (earlier !== undefined)
      throw refuse(field("name"), asciiText(name), `a name other than that of e[${earlier}]`);
    handles.set(name, handle);
    devices.push({ name, type, handle });
  }
  return devices;
}

/** Quoted, on one line, in ASCII. */
function asciiText(latin1: string): string {
  return JSON.stringify(latin1).replace(
    /[^ -~]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  );
}

/**
 * The `struct mft` that a guest finds in its boot information: every device attached, the host's own fields zero.
 *
 * @param devices every device of the image's manifest, in any order
 * @returns 8 + 104 × (devices + 1) bytes
 * @example
 * encodeManifest([{ name: "disk", type: "block", handle: 1, capacity: 1 << 20, blockSize: 512 }]).length; // 216
 */
export function encodeManifest(devices: readonly AttachedDevice[]): Uint8Array {
  const entries = devices.length + 1;
  const mft = new Uint8Array(Mft.size + entries * MftEntry.size);
  Mft.write(mft, { version: MFT_VERSION, entries });
  MftEntry.write(mft, { type: MFT_RESERVED_FIRST }, Mft.size);
  const handles = new Set(devices.map(({ handle }) => handle));
  for (const device of devices) {
    if (device.handle < 1 || device.handle >= entries || handles.size !== devices.length) {
      throw new Error(
        `encodeManifest: got handle ${device.handle}, expected 1 to ${devices.length}, each once`,
      );
    }
    const at = Mft.size + device.handle * MftEntry.size;
    const type = device.type === "block" ? MFT_DEV_BLOCK_BASIC : MFT_DEV_NET_BASIC;
    MftEntry.write(mft, { name: Buffer.from(device.name, "latin1"), type, attached: 1 }, at);
    const properties = at + MftEntry.offset.u;
    if (device.type === "block") {
      BlockBasic.write(mft, { capacity: BigInt(device.capacity), block_size: device.blockSize }, properties);
    } else {
      NetBasic.write(mft, { mac: device.mac, mtu: device.mtu }, properties);
    }
  }
  return mft;
}
