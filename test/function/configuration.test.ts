// configuration.test.ts: what reaches a handler beside its request: variables, secrets, parameters, a name; and who may see the secrets.
import assert from "node:assert/strict";
import { type Bill, type Function as FetchFunction, FunctionError } from "../../src/index.js";
import { at, lifeTest, textOf, turn } from "./life.js";

lifeTest("variables and secrets reach the handler, and secrets nobody else", async (load) => {
  const token = "s3cr3t-token-of-nobody";
  const said: string[] = [];
  const told: unknown[] = [];
  const fn = await load({
    env: { REGION: "eu", EMPTY: "", MÜLL: "zwölf\n" },
    secrets: { TOKEN: token },
    console: (bytes) => void said.push(Buffer.from(bytes).toString()),
    observer: { vm: (change) => void told.push(change), call: (done) => void told.push(done) },
  });
  for (let call = 0; call < 2; call++)
    assert.deepEqual(JSON.parse(await textOf(fn.fetch(at("/env")))), {
      env: { REGION: "eu", EMPTY: "", MÜLL: "zwölf\n", TOKEN: token },
      isFrozen: true,
    });
  const onBill = (bill: Bill) => void told.push(bill);
  await assert.rejects(fn.fetch(at("/leak"), { onBill }), (error) => {
    assert.ok(error instanceof FunctionError);
    assert.equal(error.thrown?.message, "refused: [secret TOKEN]");
    told.push(error, error.message, error.stack, error.details, error.thrown);
    return true;
  });
  await turn();
  assert.match(said.join(""), /the token is \[secret TOKEN\]\n/);
  assert.ok(!said.join("").includes(token));
  assert.ok(!JSON.stringify(told).includes(token));
  await assert.rejects(load({ secrets: { TOKEN: 5 as unknown as string } }), /secrets\.TOKEN: got number/);
  await assert.rejects(load({ env: { A: "1" }, secrets: { A: token } }), (error: Error) => {
    assert.match(error.message, /secrets\.A/);
    return !error.message.includes(token);
  });
});

lifeTest("a client cannot configure a handler", async (load) => {
  const fn = await load({ env: { A: "1" }, isolation: "instance" });
  const request = { method: "CONFIGURE", body: '{"A":"2"}' };
  await fn.fetch("http://mayfly:/env", request);
  await assert.rejects(fn.fetch("mayfly:/env", request), { code: "OPTION_INVALID" });
  assert.deepEqual(JSON.parse(await textOf(fn.fetch(at("/env")))).env, { A: "1" });
});

lifeTest(
  "a handler learns its route's parameters and the request's name, from nobody but the host",
  async (load) => {
    const fn = await load();
    const ask = async (init: Parameters<FetchFunction["fetch"]>[1]) =>
      JSON.parse(await textOf(fn.fetch(at("/context"), init)));
    const params = { id: "7", city: "Zürich ☂", __proto__: null } as unknown as Record<string, string>;
    const headers = { "x-mine": "1", "Mayfly-Params": '{"id":"8"}', "mayfly-request-id": "forged" };
    assert.deepEqual(await ask({ params, requestId: "r-1", headers }), {
      params: { id: "7", city: "Zürich ☂" },
      isFrozen: true,
      id: "r-1",
      seen: ["x-mine"],
    });
    assert.deepEqual(await ask({ headers }), { params: {}, isFrozen: true, seen: ["x-mine"] });
  },
);
