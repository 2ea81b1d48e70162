// mac.test.ts: Ethernet addresses are read, printed and made up as they should be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MayflyError } from "../errors.js";
import { formatMac, parseMac, randomMac } from "./mac.js";

test("parseMac reads what formatMac prints", () => {
  assert.deepEqual([...parseMac("02:0a:FF:00:c3:7e")], [0x02, 0x0a, 0xff, 0x00, 0xc3, 0x7e]);
  assert.equal(formatMac(parseMac("02:0a:FF:00:c3:7e")), "02:0a:ff:00:c3:7e");
  assert.equal(formatMac(parseMac("2:a:f:0:3:e")), "02:0a:0f:00:03:0e");
});

test("randomMac is unicast, locally administered, and never twice the same", () => {
  const seen = new Set<string>();
  for (let round = 0; round < 1000; round++) {
    const mac = randomMac();
    assert.equal(mac.length, 6);
    assert.equal(mac[0]! & 0x03, 0x02, formatMac(mac));
    seen.add(formatMac(mac));
  }
  assert.ok(seen.size > 990);
});

for (const text of [
  "",
  "02:00:00:00:00",
  "02:00:00:00:00:00:01",
  "02-00-00-00-00-01",
  "02:00:00:00:00:0g",
  "02:00:00:00:00:001",
  " 02:00:00:00:00:01",
  "02:00:00:00:00:01\n",
  "01:00:00:00:00:01",
  "ff:ff:ff:ff:ff:ff",
  "00:00:00:00:00:00",
]) {
  test(`parseMac rejects ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseMac(text),
      (error) =>
        error instanceof MayflyError &&
        error.code === "DEVICE_INVALID" &&
        error.message.includes(JSON.stringify(text)),
    );
  });
}
