// mtu.ts: which MTUs a network device can have. No I/O.
import { MayflyError } from "../errors.js";

/** IPv4's smallest (RFC 791), bytes. */
const MTU_MIN = 68;
/** The kernel's largest for a TAP interface, bytes; it fits the manifest's 16-bit field. */
const MTU_MAX = 65521;

/** Throws DEVICE_INVALID unless a guest can be told this MTU. */
export function checkMtu(what: string, mtu: number): void {
  if (Number.isInteger(mtu) && mtu >= MTU_MIN && mtu <= MTU_MAX) return;
  throw new MayflyError(
    "DEVICE_INVALID",
    `${what}: got an MTU of ${mtu} bytes, expected ${MTU_MIN} to ${MTU_MAX}`,
    {
      mend: "1500 suits almost everything",
    },
  );
}
