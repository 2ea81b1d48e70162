// secure-drain.test.ts: a gateway behind TLS that closes: whoever has not heard of it yet is answered.
import assert from "node:assert/strict";
import { Agent } from "node:https";
import { gatewayTest, type TestGateway } from "./support/gateway.js";
import { askSecurely } from "./support/https-client.js";
import { noTls, tlsFiles } from "./support/tls.js";

function secureTest(name: string, body: (test: TestGateway) => Promise<void>): void {
  if (noTls !== false) return;
  gatewayTest(name, async () => ({ tls: tlsFiles() }), body);
}

secureTest("HTTP/1.1: a request on a connection that was kept is answered, and is its last", async (test) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const first = await askSecurely(`${test.url}/hello`, agent);
  assert.equal(first.headers.connection, "keep-alive");
  const closed = test.gateway.close(60_000);
  const last = await askSecurely(`${test.url}/hello`, agent);
  assert.deepEqual([last.status, last.headers.connection, last.isWhole], [200, "close", true]);
  agent.destroy();
  await closed;
});
