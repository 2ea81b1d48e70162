// net-tap.test.ts: TAP interfaces of the host behind a net device. Needs root and iproute2: makes two TAPs on a bridge.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { MayflyError } from "../errors.js";
import { SystemCallError } from "../linux/system-call-error.js";
import { attachTap } from "../linux/tun.js";
import { frame, isOurs, type Network, netCases, type Peer } from "./net.cases.js";
import type { NetBackend } from "./net.js";
import { netTap } from "./net-tap.js";

const id = (process.pid % 100000).toString(36);
const [bridge, near, far, dull] = [`mfb${id}`, `mfn${id}`, `mff${id}`, `mfd${id}`];
const skip = tapProblem() ?? false;

function ip(...words: string[]): void {
  execFileSync("ip", words, { stdio: "pipe" });
}

/** Why no TAP can be made here, or undefined. */
function tapProblem(): string | undefined {
  if (process.getuid?.() !== 0) return "making TAP interfaces needs root";
  try {
    ip("tuntap", "add", dull, "mode", "tap");
    ip("link", "del", dull);
    return undefined;
  } catch (error) {
    return `no TAP interface can be made: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
  }
}

before(() => {
  if (skip !== false) return;
  ip("link", "add", bridge, "type", "bridge", "mcast_snooping", "0");
  ip("link", "set", bridge, "addrgenmode", "none", "up");
  for (const name of [near, far]) {
    ip("tuntap", "add", name, "mode", "tap");
    ip("link", "set", name, "addrgenmode", "none", "master", bridge, "up");
  }
  ip("tuntap", "add", dull, "mode", "tap");
});

after(() => {
  if (skip !== false) return;
  for (const name of [near, far, dull, bridge]) ip("link", "del", name);
});

/** The far TAP, used by hand. A port of a bridge takes a moment to forward: its carrier comes with the attaching. */
function peerOf(tap: NetBackend): Peer {
  const into = new Uint8Array(2000);
  return {
    send: (bytes) => tap.write(bytes),
    async receive(timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      while (performance.now() < deadline) {
        const length = tap.read(into);
        if (length > 0 && isOurs(into.subarray(0, length))) return into.slice(0, length);
        if (length === 0) await arrival(tap, deadline - performance.now());
      }
      return undefined;
    },
  };
}

function arrival(tap: NetBackend, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = tap.onceReadable(proceed);
    const timer = setTimeout(proceed, timeoutMs);
    function proceed() {
      stop();
      clearTimeout(timer);
      resolve();
    }
  });
}

function forwards(name: string): boolean {
  const [link] = JSON.parse(
    execFileSync("ip", ["-details", "-json", "link", "show", name], { encoding: "utf8" }),
  );
  return link.linkinfo.info_slave_data.state === "forwarding";
}

netCases(
  "netTap",
  (): Network => {
    const backend = netTap(near);
    const peer = netTap(far);
    while (!forwards(near) || !forwards(far)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    return {
      backend,
      peer: peerOf(peer),
      [Symbol.dispose]() {
        backend.close();
        peer.close();
      },
    };
  },
  { skip },
);

test("netTap reports the interface's MTU, and a given address", { skip }, () => {
  ip("link", "set", far, "mtu", "9000");
  const tap = netTap(far, { mac: "02:00:00:00:00:05" });
  assert.equal(tap.name, far);
  assert.equal(tap.mtu, 9000);
  assert.deepEqual([...tap.mac], [2, 0, 0, 0, 0, 5]);
  tap.close();
  ip("link", "set", far, "mtu", "1500");
});

test("netTap takes over an inherited descriptor", { skip }, () => {
  const descriptor = attachTap(near);
  const tap = netTap(`@${descriptor.fd}`);
  assert.equal(tap.name, near);
  assert.equal(tap.mtu, 1500);
  tap.write(frame(60));
  tap.close();
  assert.throws(() => netTap(descriptor.fd), { code: "DEVICE_INVALID", message: /EBADF/ });
});

test("netTap gives the interface up when it is closed", { skip }, () => {
  for (let round = 0; round < 3; round++) netTap(near).close();
  const tap = netTap(near);
  assert.throws(() => netTap(near), { code: "DEVICE_INVALID", message: /EBUSY/ });
  tap.close();
});

test("an interface that goes away fails as the host's error and wakes who waits", {
  skip,
  timeout: 10_000,
}, async () => {
  ip("tuntap", "add", "mfgone0", "mode", "tap");
  ip("link", "set", "mfgone0", "up");
  const tap = netTap("mfgone0");
  const woken = new Promise<void>((resolve) => tap.onceReadable(resolve));
  ip("link", "del", "mfgone0");
  await woken;
  assert.equal(tap.readable, true);
  // EBADFD, for which node:os has no name.
  const fails = (error: unknown) => error instanceof SystemCallError && /EBADFD|77/.test(error.errno);
  assert.throws(() => tap.read(new Uint8Array(2000)), fails);
  assert.throws(() => tap.write(frame(60)), fails);
  tap.close();
});

for (const [what, name, message] of [
  ["an interface that does not exist", "mfnone0", /network interface mfnone0: .*ENODEV/],
  ["an interface that is down", dull, /it is down/],
  ["an interface of another kind", "lo", /network interface lo: .*EINVAL/],
  ["a name that the kernel would fill in", "tap%d", /got "tap%d", expected a name of 1 to 15 characters/],
  ["a name that is too long", "interfacename016", /expected a name of 1 to 15 characters/],
  ["a descriptor that is no TAP's", "@0", /network interface @0: .*(ENOTTY|EINVAL|EBADF)/],
  ["a descriptor that is not open", "@1000000", /network interface @1000000: .*EBADF/],
] as const) {
  test(`netTap rejects ${what}, and creates nothing`, { skip }, () => {
    const links = execFileSync("ip", ["-brief", "link"], { encoding: "utf8" });
    assert.throws(
      () => netTap(name),
      (error) => {
        assert.ok(error instanceof MayflyError && error.code === "DEVICE_INVALID");
        assert.ok(error.mend !== undefined, "a mend is given");
        assert.match(error.message, message);
        return true;
      },
    );
    assert.equal(
      execFileSync("ip", ["-brief", "link"], { encoding: "utf8" }).split("\n").length,
      links.split("\n").length,
    );
  });
}
