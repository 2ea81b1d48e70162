// connection-socket.ts: a connection, so far a descriptor, as a socket of Node's.
import { Socket } from "node:net";
import { Descriptor } from "../../linux/descriptor.js";

/**
 * @param connection is the socket's from now on
 * @param allowHalfOpen as Node's HTTP server has its own: a client may end its side and wait for the answer
 * @returns undefined when Node refuses it: the client has left already
 */
export function socketOf(connection: Descriptor, allowHalfOpen: boolean): Socket | undefined {
  const fd = connection.release();
  try {
    return new Socket({ fd, allowHalfOpen });
  } catch {
    new Descriptor(fd).close();
    return undefined;
  }
}
