// conditions.test.ts: conditional requests and ranges, as RFC 9110 decides them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeConditions, rangeOf } from "./conditions.js";

const modifiedMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const version = { etag: '"5-a"', modifiedMs };
const date = (offset: number): string => new Date(modifiedMs + offset).toUTCString();
const judge = (...headers: [string, string][]) => judgeConditions(headers, version);

test("without conditions, and with ones that cannot be read, a file is sent", () => {
  assert.equal(judge(), 200);
  assert.equal(judge(["if-modified-since", "yesterday"], ["if-unmodified-since", ""]), 200);
});

test("If-None-Match compares weakly, and goes before If-Modified-Since", () => {
  for (const list of ['"5-a"', 'W/"5-a"', '"x,y", "5-a"', "*"])
    assert.equal(judge(["if-none-match", list]), 304, list);
  assert.equal(judge(["if-none-match", '"other"'], ["if-modified-since", date(0)]), 200);
  assert.equal(judge(["if-modified-since", date(0)]), 304);
  assert.equal(judge(["if-modified-since", date(-1000)]), 200);
});

test("If-Match compares strongly, and goes before If-Unmodified-Since", () => {
  assert.equal(judge(["if-match", 'W/"5-a"']), 412);
  assert.equal(judge(["if-match", '"5-a"'], ["if-unmodified-since", date(-1000)]), 200);
  assert.equal(judge(["if-unmodified-since", date(-1000)]), 412);
});

test("rangeOf gives the bytes that are asked for, cut to the file", () => {
  const range = (text: string) => rangeOf([["range", text]], 100, version);
  assert.deepEqual(range("bytes=0-9"), { first: 0, last: 9 });
  assert.deepEqual(range("Bytes= 90-200"), { first: 90, last: 99 });
  assert.deepEqual(range("bytes=90-"), { first: 90, last: 99 });
  assert.deepEqual(range("bytes=-10"), { first: 90, last: 99 });
  assert.deepEqual(range("bytes=-1000"), { first: 0, last: 99 });
  for (const text of ["bytes=100-", "bytes=-0"]) assert.equal(range(text), "unsatisfiable");
  for (const text of ["bytes=9-0", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=a-b", ""])
    assert.equal(range(text), undefined, text);
});

test("If-Range asks for the whole when the file is another", () => {
  const range = (ifRange: string) =>
    rangeOf(
      [
        ["range", "bytes=0-0"],
        ["if-range", ifRange],
      ],
      100,
      version,
    );
  for (const same of ['"5-a"', date(0)]) assert.deepEqual(range(same), { first: 0, last: 0 });
  for (const other of ['"5-b"', 'W/"5-a"', date(1000), "?"]) assert.equal(range(other), undefined);
});

test("an empty file has no range", () => {
  assert.equal(rangeOf([["range", "bytes=0-"]], 0, version), "unsatisfiable");
});
