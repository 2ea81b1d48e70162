// test-network.ts: TAP interfaces for tests, and the three that Solo5's tests want. Needs root, iproute2 and ping.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const addresses = ["10.0.0.1/24", "10.1.0.1/24", undefined];

/** Runs ip(8). */
export function ip(...args: string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Why no TAP interface can be made here; false when it can. */
export function tapProblem(commands: readonly string[] = ["ip"]): string | false {
  if (process.getuid?.() !== 0) return "needs root";
  for (const command of commands) {
    try {
      execFileSync(command, ["-V"], { stdio: "ignore" });
    } catch {
      return `${command} is not installed`;
    }
  }
  return existsSync("/dev/net/tun") ? false : "there is no /dev/net/tun";
}

/** Why there can be no such network here; false when there can. */
export function networkProblem(): string | false {
  const problem = tapProblem(["ip", "ping"]);
  if (problem) return problem;
  const used = /inet 10\.[01]\.0\.\d+/.exec(ip("-o", "-4", "addr"));
  return used === null ? false : `${used[0]} is in use on this host`;
}

/** The interfaces, up, until it is closed. */
export class TestNetwork {
  /** The third has an MTU of 9000. */
  readonly taps: readonly string[] = addresses.map((_, i) => `mf${process.pid % 1_000_000}s${i}`);

  constructor() {
    for (const [i, tap] of this.taps.entries()) {
      ip("tuntap", "add", tap, "mode", "tap");
      const address = addresses[i];
      if (address !== undefined) ip("addr", "add", address, "dev", tap);
      ip("link", "set", tap, "up", "mtu", address === undefined ? "9000" : "1500");
    }
  }

  close(): void {
    for (const tap of this.taps) ip("link", "delete", tap);
  }
}
