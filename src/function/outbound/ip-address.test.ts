// ip-address.test.ts: every way to write an address gives the same number, and what is no address gives none.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isInRange, parseIpAddress, parseIpRange } from "./ip-address.js";

test("an IPv4 address and the IPv6 address that maps it are the same", () => {
  assert.equal(parseIpAddress("127.0.0.1"), parseIpAddress("::ffff:127.0.0.1"));
  assert.equal(parseIpAddress("127.0.0.1"), parseIpAddress("::FFFF:7f00:1"));
  assert.equal(parseIpAddress("127.0.0.1"), parseIpAddress("0:0:0:0:0:ffff:7f00:0001"));
});

test("an IPv6 address is its groups, however it is written", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
      const expected = groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
      const text = groups.map((group) => group.toString(16)).join(":");
      assert.equal(parseIpAddress(text), expected);
      assert.equal(parseIpAddress(text.toUpperCase()), expected);
      // The URL parser writes it as short as it can be.
      assert.equal(parseIpAddress(new URL(`http://[${text}]/`).hostname.slice(1, -1)), expected);
    }),
  );
});

for (const text of [
  "",
  "localhost",
  "1.2.3",
  "1.2.3.4.5",
  "256.0.0.1",
  "01.2.3.4",
  "fe80::1%eth0",
  "[::1]",
  "::1::",
  "0x7f.0.0.1",
])
  test(`${JSON.stringify(text)} is no address`, () => assert.equal(parseIpAddress(text), undefined));

test("a range holds what has its prefix", () => {
  const range = parseIpRange("10.1.0.0/16")!;
  assert.ok(isInRange(parseIpAddress("10.1.255.255")!, range));
  assert.ok(isInRange(parseIpAddress("::ffff:10.1.0.0")!, range));
  assert.ok(!isInRange(parseIpAddress("10.2.0.0")!, range));
  assert.ok(!isInRange(parseIpAddress("::10.1.0.0")!, range));
  assert.ok(isInRange(parseIpAddress("fd12::1")!, parseIpRange("fd00::/8")!));
  assert.ok(isInRange(parseIpAddress("1.2.3.4")!, parseIpRange("0.0.0.0/0")!));
});

for (const text of [
  "10.0.0.1/8",
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/08",
  "::/129",
  "fd00::1/8",
  "/8",
  "10.0.0.0/8/8",
  " 10.0.0.0/8",
])
  test(`${JSON.stringify(text)} is no range`, () => assert.equal(parseIpRange(text), undefined));
