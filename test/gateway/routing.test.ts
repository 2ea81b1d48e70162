// routing.test.ts: what hosts and parameters come to in a running gateway.
import assert from "node:assert/strict";
import { app } from "../support/mayfly.js";
import { ask } from "./support/client.js";
import { gatewayTest, HELLO } from "./support/gateway.js";

const image = app("echo");
const routes = [{ path: "/users/[id]", image }, { path: "/files/[...rest]", image }, HELLO];

gatewayTest(
  "the guest is told a route's parameters, and no client can tell it others",
  { routes },
  async ({ url }) => {
    const headers = { "mayfly-params": '{"id":"forged"}', "Mayfly-Request-Id": "forged", "x-a": "1" };
    const answer = await ask(`${url}/users/a%20%C3%BC`, { headers });
    const echoed = Object.entries(answer.headers).filter(([name]) => /^x-echo-(mayfly|x-a)/.test(name));
    assert.deepEqual(Object.fromEntries(echoed), {
      "x-echo-mayfly-params": '{"id":"a \\u00fc"}',
      "x-echo-mayfly-request-id": answer.headers["x-request-id"],
      "x-echo-x-a": "1",
    });
  },
);

gatewayTest(
  "a route without parameters tells of none",
  { routes: [{ path: "/*", image }] },
  async ({ url }) => {
    const { headers } = await ask(`${url}/a`, { headers: { "mayfly-params": "{}" } });
    assert.equal(headers["x-echo-mayfly-params"], undefined);
  },
);

gatewayTest(
  "parameters that are too long for the guest are refused with 431",
  { routes },
  async ({ url }) => {
    assert.equal((await ask(`${url}/files/${"%00".repeat(8000)}`)).status, 431);
  },
);

const hosts = ["shop.test", "*.shop.test"];

gatewayTest(
  "a route with hosts answers them alone",
  { routes: [{ path: "/hello", image: app("hello"), hosts }] },
  async ({ url }) => {
    for (const [host, status] of [
      ["shop.test", 200],
      ["EU.Shop.test:81", 200],
      ["a.eu.shop.test", 404],
      ["other.test", 404],
    ])
      assert.equal(
        (await ask(`${url}/hello`, { headers: { host: String(host) } })).status,
        status,
        String(host),
      );
  },
);
