// batches.test.ts: requests that come together: few VMs serve them, whatever their answers look like, and each gets its own.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { app } from "../support/mayfly.js";
import { ask } from "./support/client.js";
import { gatewayTest, type TestConfig, type TestGateway } from "./support/gateway.js";

const TOGETHER = 4;
const ROUNDS = 10;

/** An image whose VMs are put back behind each request. */
function resetting(name: string): TestConfig {
  return {
    functions: { [name]: { file: app(name), isolation: "request" } },
    routes: [{ path: `/${name}`, function: name }],
  };
}

/** Rounds of requests, all of a round at once on connections that are kept. */
async function rounds(
  test: TestGateway,
  path: string,
  options: (i: number) => { headers?: Record<string, string>; body?: string },
): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: TOGETHER });
  const bodies: string[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const answers = Array.from({ length: TOGETHER }, (_, i) => {
        const { headers = {}, body } = options(round * TOGETHER + i);
        const method = body === undefined ? "GET" : "POST";
        return ask(`${test.url}${path}`, { agent, method, headers }, body);
      });
      for (const { status, body } of await Promise.all(answers)) {
        assert.equal(status, 200);
        bodies.push(body.toString());
      }
    }
  } finally {
    agent.destroy();
  }
  await test.over(ROUNDS * TOGETHER);
  return bodies;
}

const vmsUsed = (test: TestGateway): number => new Set(test.records.map(({ vm }) => vm)).size;

gatewayTest(
  "requests that come together share VMs, one after the other",
  resetting("hello"),
  async (test) => {
    await rounds(test, "/hello", () => ({}));
    assert.ok(vmsUsed(test) <= TOGETHER, `${vmsUsed(test)} VMs`);
  },
);

gatewayTest(
  "… also when their bodies and answers are in pieces, and each gets its own",
  resetting("echo"),
  async (test) => {
    const body = (i: number): string => `body of ${i}`;
    const headers = { "transfer-encoding": "chunked" };
    const bodies = await rounds(test, "/echo", (i) => ({ headers, body: body(i) }));
    for (const [i, answer] of bodies.entries()) assert.ok(answer.includes(body(i)), answer);
    assert.ok(vmsUsed(test) <= TOGETHER, `${vmsUsed(test)} VMs`);
  },
);
