// connections.test.ts: how connections get from the port to a worker: many at once, half-closed ones, when descriptors run out, on any address.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Port } from "../../../src/gateway/workers/port.js";
import { ask, raw } from "../support/client.js";
import { plan, supervisedTest } from "./supervised.js";

/** More than the kernel keeps in a socket pair's buffer. */
const BURST = 800;
const QUESTION = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

supervisedTest(
  "connections beyond what a worker's channel holds wait until the worker takes them",
  plan({ word: "hello" }, 1),
  async ({ url, supervisor }) => {
    const [pid] = supervisor.pids;
    process.kill(pid!, "SIGSTOP");
    const answers = Array.from({ length: BURST }, () => raw(url, QUESTION));
    // Until the supervisor has taken all of them; it answers nobody else meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.kill(pid!, "SIGCONT");
    for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1\.1 200.*hello/s);
  },
);

supervisedTest(
  "a client that has ended its side gets its answer",
  plan({ word: "hello" }, 1),
  async ({ url }) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.end(QUESTION);
    let answer = "";
    for await (const piece of socket.setEncoding("latin1")) answer += piece;
    assert.match(answer, /^HTTP\/1\.1 200.*hello/s);
  },
);

test("without descriptors connections wait, and dead workers are replaced when clients have left", {
  timeout: 60_000,
}, async () => {
  const program = fileURLToPath(new URL("supervisor-program.js", import.meta.url));
  const child = spawn("sh", ["-c", `ulimit -n 100; exec "${process.execPath}" "${program}"`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value as string);
    const { url, pids } = await next();
    const { hostname, port } = new URL(url);
    const idle: Socket[] = [];
    const open = async (): Promise<void> => {
      const socket = connect(Number(port), hostname).on("error", () => {});
      await once(socket, "connect");
      idle.push(socket);
    };
    while (idle.length < 100) await open();
    assert.equal((await next()).event, "connections-wait");
    // Those that die now cannot be replaced at once.
    for (const pid of pids) process.kill(pid, "SIGKILL");
    const answer = ask(url, { headers: { connection: "close" } });
    for (const socket of idle) socket.destroy();
    assert.equal((await answer).status, 200);
  } finally {
    child.kill("SIGKILL");
  }
});

const hasV6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.family === "IPv6" && address.address === "::1");
const places: readonly (readonly [host: string, url: RegExp, reach: string])[] = [
  ["127.0.0.1", /^http:\/\/127\.0\.0\.1:\d+$/, "127.0.0.1"],
  ["0.0.0.0", /^http:\/\/0\.0\.0\.0:\d+$/, "127.0.0.1"],
  ["localhost", /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/, "localhost"],
  ["::1", /^http:\/\/\[::1\]:\d+$/, "::1"],
  ["::", /^http:\/\/\[::\]:\d+$/, "127.0.0.1"],
];
for (const [host, url, reach] of places)
  test(`a port of ${host} takes connections to ${reach}`, {
    skip: host.includes(":") && !hasV6 && "no IPv6 here",
  }, async () => {
    let onTaken = (): void => {};
    const taken = new Promise<void>((resolve) => {
      onTaken = resolve;
    });
    const port = await Port.open({ host, port: 0 }, "http", {
      onConnection: (connection) => {
        connection.close();
        onTaken();
      },
      onShortage: assert.fail,
    });
    assert.match(port.url, url);
    const client = connect(Number(new URL(port.url).port), reach).on("error", () => {});
    await taken;
    await once(client.resume(), "close");
    port.close();
  });

test("a port that cannot be had is refused in one sentence", async () => {
  const listener = { onConnection: () => assert.fail(), onShortage: assert.fail };
  const first = await Port.open({ host: "127.0.0.1", port: 0 }, "http", listener);
  const port = Number(new URL(first.url).port);
  const refused = (host: string) => Port.open({ host, port }, "http", listener);
  await assert.rejects(refused("127.0.0.1"), { code: "ADDRESS_IN_USE" });
  await assert.rejects(refused("192.0.2.1"), { code: "OPTION_INVALID", message: /EADDRNOTAVAIL/ });
  await assert.rejects(refused("no-such-host.invalid"), { code: "OPTION_INVALID" });
  first.close();
});
