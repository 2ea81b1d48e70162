// tls.test.ts: connections that only their worker can read: served, and closed when it dies.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Agent, request } from "node:https";
import { test } from "node:test";
import { makeCertificate } from "../../../src/function/outbound/servers.fixture.js";
import { until } from "../../support/until.js";
import { plan, Supervised } from "./supervised.js";

const skip =
  spawnSync("openssl", ["version"]).status !== 0 && "openssl, which makes the certificate, is not here";

/** The body; rejects as the connection does. */
function ask(port: string, path: string, agent: Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path, rejectUnauthorized: false, agent }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      answer.on("end", () => resolve(body));
    });
    sent.on("error", reject).end();
  });
}

test("TLS is the worker's: requests are answered, and those of a dead worker end with their connection", {
  skip,
}, async () => {
  const tls = makeCertificate("DNS:localhost");
  const supervised = await Supervised.start(plan({ word: "secure", tls }, 1));
  try {
    const { port } = new URL(supervised.url);
    assert.match(await ask(port, "/"), /^secure/);
    const idle = new Agent({ keepAlive: true, rejectUnauthorized: false });
    await ask(port, "/", idle);
    await until(() => supervised.supervisor.busyConnections === 0);
    await assert.rejects(ask(port, "/die"), { code: "ECONNRESET" });
    assert.equal((await supervised.event("worker-died")).lost, 1, "the idle one has lost nothing");
    idle.destroy();
    assert.match(await ask(port, "/"), /^secure/);
    await supervised.supervisor.reload(plan({ word: "again", tls }, 1));
    assert.match(await ask(port, "/"), /^again/);
  } finally {
    await supervised.supervisor.close();
  }
});
