// own-host.ts: whether a request was meant for the admin server. No I/O.
import { isIP } from "node:net";
import { hostNameOf, wildcardOf } from "../routing/host-name.js";

/**
 * Whether a Host header names the server by an address, as `localhost` as the host that it listens at or as one of further
 * hosts, each a name in lower case or "*.example.com".
 *
 * A page of any web site can let its own name lead to a private address and then read what it finds there (DNS rebinding). The browser
 * still sends the site's name; an address cannot be made to lead elsewhere.
 */
export function isOwnHost(
  header: string | undefined,
  listensAt: string,
  hosts: ReadonlySet<string> = new Set(),
): boolean {
  if (header === undefined) return false;
  const name = hostNameOf(header);
  if (hosts.has(name) || hosts.has(wildcardOf(name) ?? "")) return true;
  return (
    name === "localhost" || name === hostNameOf(listensAt) || isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0
  );
}
