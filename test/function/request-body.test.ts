// request-body.test.ts: bodies of requests by the library whose pieces are no bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Function as FetchFunction } from "../../src/index.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

const HANDLER = "export default { fetch: async (request) => new Response(await request.text()) };";

for (const machine of machines) {
  const skip = whyNoRuntime || machine.skip;
  test(`${machine.kind}: a body's stream must be of bytes, from its first piece to its last`, {
    skip,
    timeout: 60_000,
  }, async (context) => {
    const folder = await project(context, { "handler.js": HANDLER });
    await using fn = await FetchFunction.load(`${folder}/handler.js`, { machine: machine.kind });
    const post = (...chunks: unknown[]) =>
      fn.fetch("http://localhost/", {
        method: "POST",
        body: ReadableStream.from(chunks) as ReadableStream<Uint8Array>,
        duplex: "half",
      });
    const bytes = Buffer.from("bytes");
    assert.equal(await (await post(bytes, new Uint8Array(bytes), bytes)).text(), "bytesbytesbytes");
    for (const [chunks, type] of [
      [["text"], "string"],
      [[bytes, bytes, 7], "number"],
      [[bytes.buffer], "object"],
    ] as const) {
      const error = {
        name: "TypeError",
        message: `the request's body: got a chunk of type ${type}, expected a Uint8Array`,
      };
      await assert.rejects(post(...chunks), error);
    }
    assert.equal(await (await post(bytes)).text(), "bytes");
  });
}
