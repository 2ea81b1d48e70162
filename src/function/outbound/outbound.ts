// outbound.ts: a function's way to the outside: one policy, one set of connections, a client for each call.
import type { OutboundClient } from "../../device/outbound-client.js";
import { MayflyError } from "../../errors.js";
import { CallClient } from "./call-client.js";
import { ConnectionPool } from "./connection-pool.js";
import { guardedLookup, type ResolveName } from "./look-up.js";
import { checkOutboundPolicy, type OutboundPolicyOptions } from "./policy.js";

/** What one function's calls share. */
export interface Outbound {
  /** For one call of the function: its limits count from zero. */
  client(): OutboundClient;
  /** Connections that exist. */
  readonly connections: { readonly busy: number; readonly idle: number };
  /** Ends all requests and connections. */
  close(): Promise<void>;
}

/** What tests put in the place of the system's own. */
export interface OutboundSystem {
  readonly resolve?: ResolveName;
  readonly ca?: string;
}

/**
 * Opens a function's way to the outside.
 *
 * @param options what its requests may do; nothing is allowed unless `origins` names it
 * @returns clients for its calls; to be closed
 * @throws MayflyError OPTION_INVALID, with the path of the mistake
 * @example
 * const outbound = openOutbound({ origins: ["https://api.example.com"] });
 * const response = await outbound.client().send(request, signal);
 */
export function openOutbound(
  options: OutboundPolicyOptions = {},
  { resolve, ca }: OutboundSystem = {},
): Outbound {
  const policy = checkOutboundPolicy(options);
  const pool = new ConnectionPool({ lookup: guardedLookup(resolve), ca });
  return {
    client: () => new CallClient(policy, pool),
    get connections() {
      return pool.counts;
    },
    close: async () => {
      pool.close(
        new MayflyError("OUTBOUND_FAILED", "fetch: got a function that closed, expected an open one"),
      );
    },
  };
}
