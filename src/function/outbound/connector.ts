// connector.ts: opens the socket of a connection, TLS verified, to an address that the guard allows.
import { isIP, type LookupFunction, connect as netConnect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { type AddressGuard, AddressRefused } from "./address-guard.js";

export interface ConnectOptions {
  readonly secure: boolean;
  /** A name or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly guard: AddressGuard;
  /** Guarded itself; an address is not looked up. */
  readonly lookup: LookupFunction;
  /** Certificates to trust instead of the system's. */
  readonly ca: string | undefined;
}

/** @returns the socket that is being opened; undefined when `done` has been told the refusal already */
export function openSocket(
  { secure, host, port, guard, lookup, ca }: ConnectOptions,
  done: (error: Error | undefined, socket: Socket) => void,
): Socket | undefined {
  // net.connect asks no `lookup` about an address.
  const literal = isIP(host) !== 0;
  if (literal && !guard(host)) {
    done(new AddressRefused(host, true), undefined as never);
    return undefined;
  }
  // The time limit of the request is the one that counts.
  const to = { host, port, lookup, autoSelectFamily: true, noDelay: true, keepAlive: true };
  const socket = secure
    ? tlsConnect({
        ...to,
        // An address is no server name; the certificate is then checked for the address.
        servername: literal ? "" : host,
        // Not left to NODE_TLS_REJECT_UNAUTHORIZED.
        rejectUnauthorized: true,
        ALPNProtocols: ["http/1.1"],
        ...(ca === undefined ? {} : { ca }),
      })
    : netConnect(to);
  let told = false;
  const tell = (error: Error | undefined): void => {
    if (told) return;
    told = true;
    done(error, socket);
  };
  socket.on("error", tell);
  socket.once("close", () => tell(new Error("closed")));
  socket.once("connect", () => {
    // What it is connected to in the end: no look-up in between could have been another one.
    const address = socket.remoteAddress ?? "";
    if (!guard(address)) socket.destroy(new AddressRefused(address, literal));
  });
  socket.once(secure ? "secureConnect" : "connect", () => {
    if (!socket.destroyed) tell(undefined);
  });
  return socket;
}
