// public-address.test.ts: what is public, and that nothing private is, in any dress.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseIpAddress } from "./ip-address.js";
import { isPublicAddress } from "./public-address.js";

const isPublic = (text: string): boolean => isPublicAddress(parseIpAddress(text)!);

for (const text of [
  "1.1.1.1",
  "8.8.8.8",
  "172.15.255.255",
  "172.32.0.0",
  "100.63.255.255",
  "169.253.0.1",
  "192.0.1.1",
  "223.255.255.255",
])
  test(`${text} is public`, () => assert.ok(isPublic(text)));
for (const text of [
  "2606:4700::1111",
  "2a00:1450::1",
  "2001:4860:4860::8888",
  "::ffff:1.1.1.1",
  "64:ff9b::1.1.1.1",
])
  test(`${text} is public`, () => assert.ok(isPublic(text)));

/** One or two of each kind. */
const PRIVATE_V4 = [
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.1",
  "100.100.100.200",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "168.63.129.16",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.0.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
];
for (const text of PRIVATE_V4) {
  test(`${text} is private, mapped and behind a translator, too`, () => {
    for (const dress of [
      text,
      `::ffff:${text}`,
      `64:ff9b::${text}`,
      `::${text}`,
      `::ffff:0:${text}`,
      `64:ff9b:1::${text}`,
    ])
      assert.ok(!isPublic(dress), dress);
    const [a, b, c, d] = text.split(".").map(Number) as [number, number, number, number];
    const high = ((a << 8) | b).toString(16);
    const low = ((c << 8) | d).toString(16);
    assert.ok(!isPublic(`2002:${high}:${low}::1`), "6to4");
    assert.ok(!isPublic(`2001:0:${high}:${low}::1`), "Teredo, its server");
    assert.ok(
      !isPublic(
        `2001::${((0xffff ^ ((a << 8) | b)) >>> 0).toString(16)}:${(0xffff ^ ((c << 8) | d)).toString(16)}`,
      ),
      "Teredo",
    );
  });
}

for (const text of [
  "::",
  "::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "febf::1",
  "fec0::1",
  "ff02::1",
  "2001:db8::1",
  "3fff::1",
  "100::1",
  "5f00::1",
  "2001:10::1",
  "4000::1",
  "e000::1",
])
  test(`${text} is private`, () => assert.ok(!isPublic(text)));

test("no address outside of 2000::/3 is public but for IPv4 and its translator", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (address) => {
      const global = address >> 125n === 1n;
      const v4 = address >> 32n === 0xffffn || address >> 32n === 0x64_ff9b_0000_0000_0000_0000n;
      assert.ok(global || v4 || !isPublicAddress(address));
    }),
  );
});
