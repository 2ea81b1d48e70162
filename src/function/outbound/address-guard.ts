// address-guard.ts: judges each address just before it is connected to, and again once it is.
import { networkInterfaces } from "node:os";
import { type IpRange, parseIpAddress } from "./ip-address.js";
import { isInOneOf, isPublicAddress } from "./public-address.js";

/** Why no socket was opened. Its address is the host's knowledge: a guest that asked for a name must not learn it. */
export class AddressRefused extends Error {
  readonly address: string;
  /** The URL had the address itself, and no name. */
  readonly literal: boolean;

  constructor(address: string, literal: boolean) {
    super(`${address} is not allowed`);
    this.name = "AddressRefused";
    this.address = address;
    this.literal = literal;
  }
}

/** Says whether an address may be connected to. */
export type AddressGuard = (address: string) => boolean;

/**
 * Allows public addresses, and those in the ranges. The host's own public addresses count as private: behind them are services that
 * its firewall keeps from the internet.
 */
export function guardAddresses(
  allowed: readonly IpRange[],
  own: () => readonly string[] = ownAddresses,
): AddressGuard {
  return (text) => {
    const address = parseIpAddress(text);
    if (address === undefined) return false;
    if (isInOneOf(address, allowed)) return true;
    return isPublicAddress(address) && !own().some((mine) => parseIpAddress(mine) === address);
  };
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
}
