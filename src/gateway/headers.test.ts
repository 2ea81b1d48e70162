// headers.test.ts: which headers stay on their connection.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endToEnd } from "./headers.js";

test("hop-by-hop headers are left out, the others keep their order and come in lower case", () => {
  const hopByHop = [
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "Proxy-Authenticate",
    "Proxy-Authorization",
  ];
  const more = ["TE", "Trailer", "Transfer-Encoding", "Upgrade"];
  const raw = [
    "X-B",
    "1",
    ...[...hopByHop, ...more].flatMap((name) => [name, "x-other"]),
    "X-a",
    "2",
    "x-b",
    "3",
  ];
  assert.deepEqual(endToEnd(raw), [
    ["x-b", "1"],
    ["x-a", "2"],
    ["x-b", "3"],
  ]);
});

test("what Connection names is left out, wherever it stands", () => {
  const raw = ["X-Secret", "1", "Connection", "close, X-SECRET ,x-more", "X-More", "2", "X-Kept", "3"];
  assert.deepEqual(endToEnd(raw), [["x-kept", "3"]]);
});

test("several Connection headers count all", () => {
  assert.deepEqual(endToEnd(["connection", "a", "connection", "b", "a", "1", "b", "2", "c", "3"]), [
    ["c", "3"],
  ]);
});
