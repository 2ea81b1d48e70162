// admission.test.ts: places, the queue's bounds, and who is admitted when.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { Admission } from "./admission.js";
import { Client } from "./client.js";
import { HttpFailure } from "./http-failure.js";

const PATIENT_MS = 60_000;

/** A client whose connection the test can break. */
class TestClient extends Client {
  readonly leave: () => void;

  constructor() {
    const response = Object.assign(new EventEmitter(), { writableFinished: false });
    super(response as unknown as ServerResponse);
    this.leave = () => void response.emit("close");
  }
}

test("places are given at once until there are none, then in the order of arrival", async () => {
  const admission = new Admission({ vms: 2, queue: 2, queueMs: PATIENT_MS });
  assert.equal(admission.enter(new TestClient()), undefined);
  assert.equal(admission.enter(new TestClient()), undefined);
  const order: string[] = [];
  const third = Promise.resolve(admission.enter(new TestClient())).then(() => order.push("third"));
  const fourth = Promise.resolve(admission.enter(new TestClient())).then(() => order.push("fourth"));
  assert.deepEqual([admission.taken, admission.waiting], [2, 2]);
  admission.leave();
  await third;
  assert.deepEqual([admission.taken, admission.waiting], [2, 1]);
  admission.leave();
  await fourth;
  assert.deepEqual(order, ["third", "fourth"]);
  admission.leave();
  admission.leave();
  assert.deepEqual([admission.taken, admission.waiting], [0, 0]);
});

test("a full queue refuses with 503 and Retry-After", () => {
  const admission = new Admission({ vms: 1, queue: 0, queueMs: 2500 });
  admission.enter(new TestClient());
  assert.throws(() => admission.enter(new TestClient()), {
    status: 503,
    code: "overload",
    reason: "queue-full",
    retryAfterSeconds: 3,
  });
});

test("whoever waits too long is refused, and the queue forgets them", async () => {
  const admission = new Admission({ vms: 1, queue: 1, queueMs: 1 });
  admission.enter(new TestClient());
  await assert.rejects(Promise.resolve(admission.enter(new TestClient())), {
    status: 503,
    reason: "queue-time",
    retryAfterSeconds: 1,
  });
  assert.equal(admission.waiting, 0);
  admission.leave();
  assert.equal(admission.taken, 0);
});

test("a client that leaves the queue takes nobody's place", async () => {
  const admission = new Admission({ vms: 1, queue: 2, queueMs: PATIENT_MS });
  admission.enter(new TestClient());
  const impatient = new TestClient();
  const left = assert.rejects(Promise.resolve(admission.enter(impatient)), { code: "client-gone" });
  const patient = admission.enter(new TestClient());
  impatient.leave();
  await left;
  admission.leave();
  await patient;
  assert.deepEqual([admission.taken, admission.waiting], [1, 0]);
});

test("all that wait can be sent away", async () => {
  const admission = new Admission({ vms: 1, queue: 2, queueMs: PATIENT_MS });
  admission.enter(new TestClient());
  const waits = [admission.enter(new TestClient()), admission.enter(new TestClient())];
  const refused = Promise.all(
    waits.map((wait) => assert.rejects(Promise.resolve(wait), { code: "shutting-down" })),
  );
  admission.refuseWaiting(new HttpFailure(503, "shutting-down", "the gateway is shutting down"));
  await refused;
  assert.equal(admission.waiting, 0);
});

test("a client that is gone is not confused with a response that has left", async () => {
  const response = Object.assign(new EventEmitter(), { writableFinished: true });
  const client = new Client(response as unknown as ServerResponse);
  client.onGone = () => assert.fail("the client is not gone");
  const closed = once(response, "close");
  response.emit("close");
  await closed;
  assert.equal(client.gone, false);
});
