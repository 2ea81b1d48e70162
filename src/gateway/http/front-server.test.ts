// front-server.test.ts: connections behind TLS that say nothing, too little or nonsense cost a server its patience only.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { connect as connectHttp2, createSecureServer, type Http2SecureServer } from "node:http2";
import { type AddressInfo, connect as connectPlain } from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { connect } from "node:tls";
import { makeCertificate } from "../../function/outbound/servers.fixture.js";
import { FrontServer } from "./front-server.js";
import { Http2Sessions } from "./http2-sessions.js";

const skip =
  spawnSync("openssl", ["version"]).status !== 0 && "openssl, which makes the certificates, is not here";

function certificate() {
  const { cert, key } = makeCertificate("DNS:localhost");
  return { cert: Buffer.from(cert), key: Buffer.from(key) };
}

async function listening(server: Http2SecureServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("a connection of HTTP/2 without a request, and one that is idle, are ended", { skip }, async () => {
  const server = createSecureServer(certificate(), (_, response) => response.end("body"));
  new Http2Sessions(server, { firstMs: 50, idleMs: 50 });
  const port = await listening(server);
  const options = { port, host: "127.0.0.1", rejectUnauthorized: false };
  const silent = connect({ ...options, ALPNProtocols: ["h2"] });
  silent.resume();
  await once(silent, "close");
  const client = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  client.on("error", () => {});
  const stream = client.request({ ":path": "/" });
  stream.on("error", () => {}).resume();
  await once(client, "close");
  server.close();
  await once(server, "close");
});

test("what is no HTTP behind TLS is told so, and its connection closed", { skip }, async () => {
  const front = new FrontServer((_, response) => void response.end("never"), { certificate: certificate() });
  const { port } = new URL(await front.listen({ host: "127.0.0.1", port: 0 }));
  for (const [protocol, words] of [
    ["http/1.1", /^HTTP\/1\.1 400 .*"bad-request"/s],
    ["h2", /^(?!HTTP)/],
  ] as const) {
    const socket = connect({
      ...{ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false },
      ALPNProtocols: [protocol],
    });
    socket.on("error", () => {});
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.write("this is nothing\r\n\r\n");
    await once(socket, "close");
    assert.match(answer, words);
  }
  await front.close(() => Promise.resolve());
});

test("closing breaks off handshakes that never end", { skip }, async () => {
  const front = new FrontServer((_, response) => void response.end(), { certificate: certificate() });
  const { port } = new URL(await front.listen({ host: "127.0.0.1", port: 0 }));
  const socket = connectPlain(Number(port), "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  const closed = once(socket, "close");
  await front.close(() => Promise.resolve());
  await closed;
});

test("a new certificate is what connections get from then on", { skip }, async () => {
  const first = certificate();
  const front = new FrontServer((_, response) => void response.end(), { certificate: first });
  const { port } = new URL(await front.listen({ host: "127.0.0.1", port: 0 }));
  const seen = async (): Promise<string> => {
    const socket = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const before = await seen();
  front.useCertificate(certificate());
  assert.notEqual(await seen(), before);
  await front.close(() => Promise.resolve());
});

for (const [protocol, secure] of [
  ["HTTP/1.1", undefined],
  ["HTTP/1.1 behind TLS", "http/1.1"],
] as const) {
  test(`an idle connection of ${protocol} is kept, and ended when its time is over`, {
    skip: secure !== undefined && skip,
  }, async () => {
    const answer: RequestListener = (_, response) => void response.end();
    const front = new FrontServer(answer, { certificate: secure && certificate(), keepAliveMs: 1000 });
    const where = { port: Number(new URL(await front.listen({ host: "127.0.0.1", port: 0 })).port) };
    const socket =
      secure === undefined
        ? connectPlain({ ...where, host: "127.0.0.1" })
        : connect({ ...where, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: [secure] });
    socket.setEncoding("latin1");
    for (let requests = 0; requests < 2; requests++) {
      socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      const [text] = await once(socket, "data");
      assert.match(text, /^HTTP\/1\.1 200 .*keep-alive: timeout=1\r\n/is);
    }
    assert.equal(front.connections, 1);
    await once(socket, "close");
    await front.close(async () => {});
    // A server's end may be told before that of its last connection.
    while (front.connections > 0) await turn();
  });
}
