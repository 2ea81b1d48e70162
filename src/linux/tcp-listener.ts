// tcp-listener.ts: a port of this host, and the connections to it as descriptors (tcp(7), ipv6(7), accept(2)).
import { isIPv6 } from "node:net";
import { Descriptor } from "./descriptor.js";
import { check, lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const socket = libc.func("int socket(int domain, int type, int protocol)");
const setsockopt = libc.func(
  "int setsockopt(int fd, int level, int name, const void *value, uint32_t length)",
);
const bind = libc.func("int bind(int fd, const void *address, uint32_t length)");
const listen = libc.func("int listen(int fd, int backlog)");
const accept4 = libc.func("int accept4(int fd, void *address, void *length, int flags)");
const getsockname = libc.func("int getsockname(int fd, void *address, void *length)");
const inetPton = libc.func("int inet_pton(int family, const char *text, void *into)");
const nameToIndex = libc.func("unsigned int if_nametoindex(const char *name)");

// include/linux/socket.h, include/linux/net.h, include/uapi/asm-generic/socket.h, include/uapi/linux/in6.h, tcp.h
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;

/** Connections that the kernel completes for us in advance, as far as net.core.somaxconn lets it. */
const BACKLOG = 4096;
/** The kernel's words for a connection that ended before it was taken (accept(2)); and the one for being interrupted. */
const PASSING = [
  "ECONNABORTED",
  "EINTR",
  "EPROTO",
  "ENETDOWN",
  "ENONET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
];

/** struct sockaddr_in (16 bytes) or sockaddr_in6 (28): the port is at 2, in network order. */
const PORT_OFFSET = 2;

export interface TcpListener {
  readonly descriptor: Descriptor;
  readonly port: number;
}

/**
 * Listens. Connections send what is written at once (TCP_NODELAY).
 *
 * @param address IPv4 or IPv6, as text; "::" takes connections of both
 * @param port 0: any free one
 * @throws SystemCallError
 */
export function listenTcp(address: string, port: number): TcpListener {
  const isV6 = isIPv6(address);
  const descriptor = new Descriptor(
    check("socket", socket(isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
  );
  try {
    set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
    if (isV6) set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    // What is accepted inherits it.
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    const name = isV6 ? addressV6(address, port) : addressV4(address, port);
    check("bind", bind(descriptor.fd, name, name.length));
    check("listen", listen(descriptor.fd, BACKLOG));
    check("getsockname", getsockname(descriptor.fd, name, Uint32Array.of(name.length)));
    return { descriptor, port: new DataView(name.buffer).getUint16(PORT_OFFSET) };
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

/**
 * Takes the next connection.
 *
 * @returns undefined when none waits
 * @throws SystemCallError EMFILE, ENFILE, ENOBUFS or ENOMEM: the connection still waits
 */
export function accept(listener: Descriptor): Descriptor | undefined {
  for (;;) {
    const fd: number = accept4(listener.fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd !== -1) return new Descriptor(fd);
    const errno = lastErrno();
    if (errno === "EAGAIN") return undefined;
    if (!PASSING.includes(errno)) throw new SystemCallError("accept4", errno);
  }
}

function set(descriptor: Descriptor, level: number, name: number, value: number): void {
  check(`setsockopt ${level} ${name}`, setsockopt(descriptor.fd, level, name, Int32Array.of(value), 4));
}

function addressV4(address: string, port: number): Uint8Array {
  const name = new Uint8Array(16);
  const view = new DataView(name.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(PORT_OFFSET, port);
  inetPton(AF_INET, address, name.subarray(4));
  return name;
}

/** A link-local address ends with "%" and the name or number of its interface. */
function addressV6(text: string, port: number): Uint8Array {
  const [address = "", zone = ""] = text.split("%");
  const name = new Uint8Array(28);
  const view = new DataView(name.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(PORT_OFFSET, port);
  inetPton(AF_INET6, address, name.subarray(8));
  if (zone !== "") view.setUint32(24, /^\d+$/.test(zone) ? Number(zone) : nameToIndex(zone), true);
  return name;
}
