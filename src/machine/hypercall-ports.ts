// hypercall-ports.ts: the ports through which a guest calls the monitor, the same for every machine.
import { MAYFLY_EXCHANGE_PIO } from "../abi/exchange.js";
import { HVT_HYPERCALL_MAX, HVT_HYPERCALL_PIO_BASE } from "../abi/hypercalls.js";
import { HVT_RING_KICK_PIO_BASE } from "../abi/net-ring.js";
import { MAYFLY_OUTBOUND_PIO } from "../abi/outbound.js";

/** The highest of them. */
export const LAST_HYPERCALL_PORT = MAYFLY_OUTBOUND_PIO;

/** Whether the guest may execute a 32-bit `out` to this port. */
export function isHypercallPort(port: number): boolean {
  const call = port - HVT_HYPERCALL_PIO_BASE;
  return (
    (call > 0 && call < HVT_HYPERCALL_MAX) ||
    port === HVT_RING_KICK_PIO_BASE ||
    port === MAYFLY_EXCHANGE_PIO ||
    port === MAYFLY_OUTBOUND_PIO
  );
}
