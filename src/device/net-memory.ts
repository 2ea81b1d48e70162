// net-memory.ts: networks in memory: a cable between two ports, and a hub. They need neither root nor TAP.
import { NetPort, type NetPortOptions, type Wire } from "./net-port.js";

/**
 * Makes two ports with a cable between them: what one sends the other receives, in order.
 *
 * @param options for both ports; a `mac` given is the first port's, the other's is random
 * @returns the two ports: usually one for a VM, one for the test
 * @throws DEVICE_INVALID when an option is outside its range
 * @example
 * const [guest, host] = createNetPair();
 * host.send(new Uint8Array(60)); // the VM that `guest` is attached to can now read 60 bytes
 * guest.read(new Uint8Array(1514)); // 60
 */
export function createNetPair(options: NetPortOptions = {}): [NetPort, NetPort] {
  const cable: Wire = {
    carry: (frame, from) => (from === left ? right : left).deliver(frame),
    unplug: (port) => (port === left ? right : left).close(),
  };
  const { mac: _first, ...shared } = options;
  const left = new NetPort(cable, options);
  const right = new NetPort(cable, shared);
  return [left, right];
}

/**
 * A hub: what one port sends, all others receive.
 *
 * @example
 * const hub = new NetHub();
 * const [a, b, c] = [hub.port(), hub.port(), hub.port()];
 * a.send(new Uint8Array(60));
 * [a.readable, b.readable, c.readable]; // [false, true, true]
 */
export class NetHub implements Disposable {
  readonly #options: NetPortOptions;
  readonly #ports = new Set<NetPort>();
  readonly #wire: Wire = {
    carry: (frame, from) => {
      for (const port of this.#ports) if (port !== from) port.deliver(frame);
    },
    unplug: (port) => this.#ports.delete(port),
  };

  /** @param options for all ports; the MTU is the network's */
  constructor(options: Omit<NetPortOptions, "mac"> = {}) {
    this.#options = options;
  }

  /**
   * Plugs in one more port.
   *
   * @param options.mac such as 02:00:00:00:00:01; random unless given
   */
  port(options: Pick<NetPortOptions, "mac"> = {}): NetPort {
    const port = new NetPort(this.#wire, { ...this.#options, ...options });
    this.#ports.add(port);
    return port;
  }

  /** Closes all ports. */
  close(): void {
    for (const port of [...this.#ports]) port.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
