// connector.test.ts: a socket is judged once more when it is connected: a look-up that lies gains nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressRefused } from "./address-guard.js";
import { openSocket } from "./connector.js";
import { serveRaw, until } from "./servers.fixture.js";

test("a socket that is connected to a refused address is destroyed before anything is sent", async (t) => {
  let received = 0;
  const server = await serveRaw(t, (socket) => socket.on("data", (piece) => (received += piece.length)));
  const error = await new Promise<Error | undefined>((resolve) => {
    const socket = openSocket(
      {
        secure: false,
        host: "name.test",
        port: server.port,
        guard: (address) => address !== "127.0.0.1",
        lookup: (_, __, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
        ca: undefined,
      },
      resolve,
    );
    socket?.write("GET / HTTP/1.1\r\n\r\n");
  });
  assert.ok(error instanceof AddressRefused);
  assert.equal(error.address, "127.0.0.1");
  await until("it is gone", () => server.open === 0);
  assert.equal(received, 0);
});
