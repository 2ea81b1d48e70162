// failures.test.ts: requests that no guest answers: which status, which words, and that no VM is left.
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Gateway } from "../../src/gateway/gateway.js";
import { app } from "../support/mayfly.js";
import { machineTest } from "../vm/support/machines.js";
import { type Answer, ask, begin, errorIn, finish } from "./support/client.js";
import { ECHO, gatewayTest, HELLO, misdeeds, testConfig } from "./support/gateway.js";

/** What a client must never see. */
const INSIDE = /0x[0-9a-f]+|r[isb]p\b/i;

const endings: [path: string, status: number, code: string, reason: string][] = [
  ["/exchange-crash", 502, "guest-crashed", "exception"],
  ["/exchange-exit", 502, "guest-crashed", "halt"],
  ["/exchange-no-response", 502, "guest-crashed", "exchange-violation"],
  ["/exchange-second-head", 502, "guest-crashed", "exchange-violation"],
  ["/exchange-value", 502, "guest-crashed", "exchange-violation"],
  ["/exchange-status/99", 502, "guest-crashed", "exchange-violation"],
  ["/exchange-short-body", 502, "bad-response", "content-length"],
  ["/exchange-long-body", 502, "bad-response", "content-length"],
  ["/argument/puts/outside", 502, "guest-crashed", "bad-pointer"],
  ["/out/0x5ff/4", 502, "guest-crashed", "bad-hypercall"],
  ["/triple-fault", 502, "guest-crashed", "triple-fault"],
];

gatewayTest(
  "each way to end without an answer has its status, and words that show nothing of the inside",
  misdeeds(),
  async (gateway, monitor) => {
    for (const [i, [path, status, code, reason]] of endings.entries()) {
      const answer = await ask(`${gateway.url}${path}`);
      const error = errorIn(answer);
      assert.deepEqual(
        { status: answer.status, code: error.code, reason: error.reason },
        { status, code, reason },
        path,
      );
      assert.equal(answer.headers["content-type"], "application/json");
      assert.doesNotMatch(answer.body.toString(), INSIDE, path);
      const record = await gateway.record(({ request }) => request === i + 1);
      assert.deepEqual([error.requestId, answer.headers["x-request-id"]], [record.id, record.id]);
      assert.deepEqual([record.status, record.failure?.code], [status, code], path);
      if (code === "guest-crashed") assert.equal(record.end?.reason, reason, path);
    }
    assert.equal(monitor.vms.size, 0);
  },
);

for (const [path, limits, reason] of [
  ["/exchange-silent", { cpuTimeMs: 50 }, "cpu-time-limit"],
  ["/exchange-sleep", { wallTimeMs: 50 }, "wall-time-limit"],
  ["/loop-calls", { cpuTimeMs: 50 }, "cpu-time-limit"],
] as const) {
  gatewayTest(`${path} ends with 504 and ${reason}`, misdeeds(limits), async (gateway, monitor) => {
    const answer = await ask(`${gateway.url}${path}`);
    const error = errorIn(answer);
    assert.deepEqual([answer.status, error.code, error.reason], [504, "time-out", reason]);
    const { cost } = await gateway.record(() => true);
    if (reason === "cpu-time-limit") assert.ok(cost!.cpuMs >= 45, `got ${cost!.cpuMs} ms of CPU`);
    else assert.ok(cost!.steps.run! >= 50, `got ${cost!.steps.run} ms`);
    assert.equal(monitor.vms.size, 0);
  });
}

gatewayTest(
  "a guest that crashes behind the first piece of its response: a 502, or a response that breaks off if that had left",
  misdeeds(),
  async (gateway, monitor) => {
    const answer = await ask(`${gateway.url}/exchange-crash-midway`);
    // Seldom 200: a busy host may interrupt the guest between the piece and the crash, and the piece leaves.
    if (answer.status === 200) assert.equal(answer.isWhole, false);
    else assert.deepEqual([answer.status, errorIn(answer).reason], [502, "exception"]);
    const { status, failure, end } = await gateway.record(() => true);
    assert.deepEqual([status, failure?.status, end?.reason], [answer.status, 502, "exception"]);
    assert.equal(monitor.vms.size, 0);
  },
);

gatewayTest("the log has the registers of a guest that crashed", misdeeds(), async (gateway) => {
  await ask(`${gateway.url}/exchange-crash`);
  const { end } = await gateway.record(() => true);
  assert.ok(end!.report!.registers.rip > 0n);
  assert.match(end!.report!.symbol ?? "", /crash/);
});

machineTest("an image that does not speak the exchange keeps the gateway from starting", async (monitor) => {
  const config = testConfig({ routes: [{ path: "/", image: app("exit-status") }] });
  await assert.rejects(Gateway.listen(config, monitor), {
    code: "CONFIG_INVALID",
    message: /^test: functions\.exit-status: did not start: the guest exited with status 0$/,
  });
  assert.equal(monitor.vms.size, 0);
});

gatewayTest(
  "a guest that fails when its response has begun leaves one that breaks off",
  misdeeds({ wallTimeMs: 1000 }),
  async (gateway) => {
    const answer = await ask(`${gateway.url}/exchange-stall`);
    assert.deepEqual([answer.status, answer.body.toString(), answer.isWhole], [200, "hello", false]);
    const { status, failure } = await gateway.record(() => true);
    assert.deepEqual([status, failure?.status, failure?.reason], [200, 504, "wall-time-limit"]);
  },
);

gatewayTest(
  "a body without end is ended by the guest's limits, and the client knows",
  misdeeds({ cpuTimeMs: 200 }),
  async (gateway) => {
    const begun = await begin(`${gateway.url}/exchange-endless`, {}, null);
    let bytes = 0;
    begun.response.on("data", (piece: Buffer) => {
      bytes += piece.length;
    });
    const { isWhole } = await finish(begun);
    assert.equal(isWhole, false);
    assert.ok(bytes > 1 << 20, `got ${bytes} bytes, expected more than 1 MiB`);
    assert.equal((await gateway.record(() => true)).failure?.reason, "cpu-time-limit");
  },
);

gatewayTest("a guest's connection headers do not frame its response", misdeeds(), async (gateway) => {
  const answer = await ask(`${gateway.url}/exchange-smuggle`);
  assert.equal(answer.headers["transfer-encoding"], undefined);
  assert.deepEqual([answer.headers["content-length"], answer.body.toString()], ["5", "hello"]);
});

gatewayTest("a status that has no body gets none", misdeeds(), async (gateway) => {
  const answer = await ask(`${gateway.url}/exchange-body-of-204`);
  assert.deepEqual(
    [answer.status, answer.body.length, answer.headers["content-length"]],
    [204, 0, undefined],
  );
});

gatewayTest("an unknown path is a 404, and starts no VM", {}, async (gateway) => {
  const answer = await ask(`${gateway.url}/nowhere?secret=1`);
  assert.deepEqual([answer.status, errorIn(answer).code], [404, "not-found"]);
  const { vm, path } = await gateway.record(() => true);
  assert.deepEqual({ vm, path }, { vm: undefined, path: "/nowhere" });
});

const SMALL = { routes: [{ ...ECHO, limits: { bodyBytes: 1000 } }, HELLO] };

gatewayTest(
  "a content-length over the limit is a 413 before the body is sent, and starts no VM",
  SMALL,
  async (gateway) => {
    const headers = { "content-length": 1001, expect: "100-continue" };
    const begun = await begin(`${gateway.url}/echo`, { method: "POST", headers });
    begun.request.on("continue", () => assert.fail("nobody wants the body"));
    const answer = await finish(begun);
    begun.request.destroy();
    assert.deepEqual([answer.status, errorIn(answer).code], [413, "too-large"]);
    assert.equal((await gateway.record(() => true)).vm, undefined);
  },
);

gatewayTest(
  "a client that is slow to send what was refused keeps its connection for the next request",
  SMALL,
  async ({ url }) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname).setEncoding("latin1");
    let answer = "";
    socket.on("data", (piece: string) => {
      answer += piece;
    });
    const closed = new Promise((resolve) => socket.on("error", () => {}).on("close", resolve));
    socket.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2500\r\n\r\n");
    for (let piece = 0; piece < 25; piece++) {
      await pause(100);
      socket.write("x".repeat(100));
    }
    socket.write("GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    await closed;
    assert.deepEqual(answer.match(/(?<=HTTP\/1\.1 )\d+/g), ["413", "200"]);
  },
);

gatewayTest(
  "a body of just the limit is taken, after 100 Continue if the client waits for it",
  SMALL,
  async ({ url }) => {
    const body = Buffer.alloc(1000, "x");
    assert.ok((await ask(`${url}/echo`, { method: "POST" }, body)).body.equals(body));
    const headers = { "content-length": 1000, expect: "100-continue" };
    const answer = await new Promise<Answer>((resolve, reject) => {
      const sent = request(`${url}/echo`, { method: "POST", headers, agent: false });
      sent.on("continue", () => sent.end(body));
      sent.on("response", (response) => resolve(finish({ request: sent, response })));
      sent.on("error", reject);
      sent.flushHeaders();
    });
    assert.ok(answer.body.equals(body));
  },
);

gatewayTest(
  "a body in chunks that grows over the limit is a 413",
  misdeeds({ bodyBytes: 100_000 }),
  async (gateway, monitor) => {
    const answer = await ask(
      `${gateway.url}/exchange-read-on`,
      { method: "POST", headers: { "transfer-encoding": "chunked" } },
      Buffer.alloc(300_000),
    );
    assert.deepEqual([answer.status, errorIn(answer).code], [413, "too-large"]);
    await gateway.over(1);
    assert.equal(monitor.vms.size, 0);
  },
);

gatewayTest(
  "a body that grows over the limit when the response has begun breaks it off",
  SMALL,
  async (gateway) => {
    const begun = await begin(`${gateway.url}/echo`, { method: "POST" });
    begun.request.write(Buffer.alloc(900));
    begun.request.write(Buffer.alloc(900));
    const answer = await finish(begun);
    assert.equal(answer.isWhole, false);
    assert.equal((await gateway.record(() => true)).failure?.code, "too-large");
  },
);
