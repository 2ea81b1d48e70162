// mac.ts: Ethernet addresses: parsed, printed, made up. No I/O but randomness.
import { randomBytes } from "node:crypto";
import { MayflyError } from "../errors.js";

/** First byte: a group's address. No device has one. */
const MULTICAST = 0x01;
/** First byte: given out locally, not by a manufacturer (IEEE 802, 8.2). */
const LOCALLY_ADMINISTERED = 0x02;

/** A random address, locally administered and unicast. */
export function randomMac(): Uint8Array {
  const mac = new Uint8Array(randomBytes(6));
  mac[0] = (mac[0]! & ~MULTICAST) | LOCALLY_ADMINISTERED;
  return mac;
}

/**
 * Reads an address such as `02:00:00:00:00:01`.
 *
 * @throws DEVICE_INVALID when it is not six hexadecimal bytes, or no address that a device can have
 */
export function parseMac(text: string): Uint8Array {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) refuse(text, "six hexadecimal bytes with colons");
  const mac = Uint8Array.from(text.split(":"), (byte) => Number.parseInt(byte, 16));
  if ((mac[0]! & MULTICAST) !== 0) refuse(text, "a unicast address (the first byte even)");
  if (mac.every((byte) => byte === 0)) refuse(text, "an address that is not all zeros");
  return mac;
}

/** Prints an address as `02:00:00:00:00:01`. */
export function formatMac(mac: Uint8Array): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function refuse(text: string, expected: string): never {
  throw new MayflyError("DEVICE_INVALID", `MAC address: got ${JSON.stringify(text)}, expected ${expected}`, {
    mend: "leave it out for a random one, or give one like 02:00:00:00:00:01",
  });
}
