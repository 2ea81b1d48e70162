// http2.test.ts: TLS, and what HTTP/2 does otherwise than HTTP/1.1, through the same gateway.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:http2";
import { Agent, request } from "node:https";
import { connect } from "node:tls";
import { heldBufferBytes } from "../support/held-buffers.js";
import { until } from "../support/until.js";
import { finish } from "./support/client.js";
import { ECHO, gatewayTest, HELLO, misdeeds, type TestConfig, type TestGateway } from "./support/gateway.js";
import { ask2, finish2, headOf } from "./support/http2-client.js";
import { noTls, tlsFiles, withHttp2 } from "./support/tls.js";

function secureTest(
  name: string,
  config: TestConfig | (() => Promise<TestConfig>),
  body: (test: TestGateway) => Promise<void>,
): void {
  if (noTls !== false) return;
  const given = typeof config === "function" ? config : async () => config;
  gatewayTest(name, async () => ({ ...(await given()), tls: tlsFiles() }), body);
}

secureTest("HTTP/1.1 behind TLS is answered, and its origin is https", {}, async ({ url }) => {
  assert.match(url, /^https:/);
  const agent = new Agent({ rejectUnauthorized: false });
  const answer = await new Promise<Awaited<ReturnType<typeof finish>>>((resolve, reject) => {
    const sent = request(`${url}/echo`, { agent, method: "POST" }, (response) =>
      resolve(finish({ request: sent, response })),
    );
    sent.on("error", reject).end("body");
  });
  agent.destroy();
  assert.equal(answer.headers["x-origin"], url);
  assert.equal(answer.body.toString(), "body");
});

secureTest(
  "HTTP/2: the guest is told method, origin, target and headers, and no pseudo-header",
  {},
  async (test) => {
    await withHttp2(test.url, async (session) => {
      const headers = {
        ":method": "PUT",
        ":path": "/echo?q=1",
        "x-a": "1",
        te: "trailers",
        cookie: ["a=1", "b=2"],
      };
      const answer = await ask2(session, headers, "body");
      const echoed = Object.entries(answer.headers).filter(([name]) => /^x-(?!request-id)/.test(name));
      assert.deepEqual(Object.fromEntries(echoed), {
        "x-method": "PUT",
        "x-origin": test.url,
        "x-target": "/echo?q=1",
        "x-echo-host": new URL(test.url).host,
        "x-echo-x-a": "1",
        "x-echo-cookie": "a=1; b=2",
        "x-echo-x-forwarded-for": "127.0.0.1",
        "x-echo-mayfly-request-id": answer.headers["x-request-id"],
      });
      assert.equal(answer.body.toString(), "body");
    });
  },
);

secureTest("HTTP/2: 60 requests at once on one connection are never mixed", {}, async ({ url }) => {
  await withHttp2(url, async (session) => {
    const bodies = Array.from({ length: 60 }, (_, i) => randomBytes(1000 * i));
    const answers = await Promise.all(
      bodies.map((body) => ask2(session, { ":method": "POST", ":path": "/echo" }, body)),
    );
    for (const [i, { body }] of answers.entries()) assert.ok(body.equals(bodies[i]!), `body ${i}`);
  });
});

secureTest("HTTP/1.1 behind TLS that calls itself HTTP/2 is no HTTP", {}, async ({ url }) => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () =>
    socket.write("GET /hello HTTP/2.0\r\nhost: a\r\n\r\n"),
  );
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    answer += text;
  });
  await once(socket, "close");
  assert.match(answer, /^HTTP\/1\.1 400 /);
});

secureTest("HTTP/2: HEAD has a head, an unknown path a 404 with JSON", {}, async (test) => {
  await withHttp2(test.url, async (session) => {
    const head = await ask2(session, { ":method": "HEAD", ":path": "/echo" });
    assert.deepEqual([head.headers["x-method"], head.body.length, head.code], ["HEAD", 0, 0]);
    const missing = await ask2(session, { ":path": "/nowhere" });
    assert.equal(missing.headers[":status"], 404);
    assert.equal(JSON.parse(missing.body.toString()).error.code, "not-found");
    const options = await ask2(session, { ":method": "OPTIONS", ":path": "/echo" });
    assert.equal(options.headers["x-method"], "OPTIONS");
  });
});

secureTest("HTTP/2: trailers of a request are dropped, and its body is whole", {}, async ({ url }) => {
  await withHttp2(url, async (session) => {
    const stream = session.request({ ":method": "POST", ":path": "/echo" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-last": "1" }));
    stream.end("body");
    const { body, headers } = await finish2(stream);
    assert.equal(body.toString(), "body");
    assert.equal(headers["x-echo-x-last"], undefined);
  });
});

secureTest("HTTP/2: a body is echoed as it comes, piece by piece", {}, async ({ url }) => {
  await withHttp2(url, async (session) => {
    const stream = session.request({ ":method": "POST", ":path": "/echo" });
    const pieces = stream[Symbol.asyncIterator]();
    for (const piece of ["first", "second", "third"]) {
      stream.write(piece);
      assert.equal(String((await pieces.next()).value), piece);
    }
    stream.end();
    assert.equal((await pieces.next()).done, true);
  });
});

secureTest("HTTP/2: a head above the bound is refused, and the connection goes on", {}, async ({ url }) => {
  await withHttp2(url, async (session) => {
    const large = await ask2(session, { ":path": "/hello", "x-a": "x".repeat(40_000) }).catch(
      () => undefined,
    );
    assert.notEqual(large?.headers[":status"], 200);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x-${i}`, "b"]));
    const answer = await ask2(session, { ":path": "/hello", ...many });
    assert.equal(answer.headers[":status"], 200);
  });
});

secureTest(
  "HTTP/2: a body above its limit gets 413, and the connection goes on",
  { routes: [{ ...ECHO, limits: { bodyBytes: 1000 } }, HELLO] },
  async ({ url }) => {
    await withHttp2(url, async (session) => {
      const head = { ":method": "POST", ":path": "/echo", "content-length": 2000 };
      const stream = session.request(head);
      stream.on("error", () => {});
      stream.write(Buffer.alloc(1500));
      assert.equal((await headOf(stream))[":status"], 413);
      stream.close();
      assert.equal((await ask2(session, { ":path": "/hello" })).headers[":status"], 200);
    });
  },
);

secureTest(
  "HTTP/2: a client that resets its stream ends its VM, or its wait for one, alone",
  misdeeds({}, { vms: 1, queueMs: 60_000 }),
  async (test) => {
    await withHttp2(test.url, async (session) => {
      const begin2 = (method: string) =>
        session
          .request({ ":method": method, ":path": "/exchange-stall" }, { endStream: true })
          .on("error", () => {});
      const running = begin2("GET");
      await until(() => test.gateway.load.vms === 1);
      const waiting = begin2("HEAD");
      await until(() => test.gateway.load.waiting === 1);
      waiting.close(constants.NGHTTP2_CANCEL);
      await test.over(1);
      running.close(constants.NGHTTP2_CANCEL);
      await test.over(2);
      assert.deepEqual(
        test.records.map(({ method, failure }) => [method, failure?.code]),
        [
          ["HEAD", "client-gone"],
          ["GET", "client-gone"],
        ],
      );
      assert.equal(session.destroyed, false);
    });
  },
);

secureTest("HTTP/2: an upload whose connection breaks is no whole body", {}, async (test) => {
  await withHttp2(test.url, async (session) => {
    const stream = session.request({ ":method": "POST", ":path": "/echo" });
    stream.on("error", () => {});
    stream.write("half of it");
    await headOf(stream);
    session.destroy();
    await test.over(1);
    assert.equal(test.records[0]?.failure?.code, "client-gone");
  });
});

secureTest(
  "HTTP/2: a closing gateway lets requests under way end, and takes no more on the connection",
  {},
  async (test) => {
    await withHttp2(test.url, async (session) => {
      const stream = session.request({ ":method": "POST", ":path": "/echo" });
      stream.write("first ");
      await headOf(stream);
      const goAway = once(session, "goaway");
      const closed = test.gateway.close(60_000);
      assert.equal((await goAway)[0], constants.NGHTTP2_NO_ERROR);
      const rest = finish2(stream);
      stream.end("and last");
      const { body, code } = await rest;
      assert.deepEqual([body.toString(), code], ["first and last", 0]);
      await closed;
      assert.equal(test.records[0]?.failure, undefined);
    });
  },
);

secureTest("HTTP/2: a large response that is hardly read is not cut off by closing", {}, async (test) => {
  await withHttp2(test.url, async (session) => {
    const sent = Buffer.alloc(3_000_000, "x");
    const stream = session.request({ ":method": "POST", ":path": "/echo" });
    stream.end(sent);
    await headOf(stream);
    const closed = test.gateway.close(60_000);
    const { body, code } = await finish2(stream);
    assert.deepEqual([body.length, code], [sent.length, 0]);
    await closed;
  });
});

secureTest("closing an idle gateway ends its idle connections, with TLS too", {}, async (test) => {
  await withHttp2(test.url, async (session) => {
    await ask2(session, { ":path": "/hello" });
    await test.gateway.close(60_000);
  });
});

const MIB = 1 << 20;

secureTest(
  "HTTP/2: 100 MB go through the guest and back in flat memory",
  { routes: [{ ...ECHO, limits: { bodyBytes: 100e6, wallTimeMs: 300_000, cpuTimeMs: 300_000 } }] },
  async ({ url }) => {
    await withHttp2(url, async (session) => {
      const stream = session.request({ ":method": "POST", ":path": "/echo", "content-length": 100e6 });
      const [sent, received] = [createHash("sha256"), createHash("sha256")];
      const before = heldBufferBytes();
      let most = 0;
      const upload = (async () => {
        for (let i = 0; i < 1000; i++) {
          const piece = Buffer.alloc(100_000, i);
          sent.update(piece);
          if (!stream.write(piece)) await once(stream, "drain");
          if (i % 50 === 0) most = Math.max(most, heldBufferBytes() - before);
        }
        stream.end();
      })();
      for await (const part of stream) received.update(part as Buffer);
      await upload;
      assert.equal(received.digest("hex"), sent.digest("hex"));
      assert.ok(most < 16 * MIB, `got ${most} bytes held, expected less than 16 MiB`);
    });
  },
);
