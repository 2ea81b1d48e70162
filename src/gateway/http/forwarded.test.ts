// forwarded.test.ts: who a request is from, and that nobody is believed who is not trusted.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderList } from "../../monitor/exchange/message.js";
import { senderOf, trustedRanges } from "./forwarded.js";
import { nodeAddress, parseForwarded } from "./forwarded-header.js";

const trusted = trustedRanges(["10.0.0.0/8", "2001:db8::1"]);
const from = (peer: string, ...headers: [string, string][]) => {
  const { client, scheme, authority } = senderOf(peer, headers as HeaderList, trusted);
  return [client, scheme, authority];
};

test("an untrusted peer is the client, whatever it says", () => {
  const headers: [string, string][] = [
    ["x-forwarded-for", "192.0.2.1"],
    ["x-forwarded-proto", "https"],
    ["forwarded", "for=192.0.2.1;host=evil.test"],
  ];
  assert.deepEqual(from("198.51.100.7", ...headers), ["198.51.100.7", undefined, undefined]);
  assert.deepEqual(from("::ffff:198.51.100.7", ...headers), ["198.51.100.7", undefined, undefined]);
});

test("a trusted peer's X-Forwarded headers tell client, scheme and host", () => {
  assert.deepEqual(
    from(
      "::ffff:10.1.2.3",
      ["x-forwarded-for", "192.0.2.1"],
      ["x-forwarded-proto", "HTTPS"],
      ["x-forwarded-host", "shop.test:81"],
    ),
    ["192.0.2.1", "https", "shop.test:81"],
  );
  assert.deepEqual(from("2001:db8::1"), ["2001:db8::1", undefined, undefined]);
});

test("of a chain, the last address that is not trusted is the client: what stands before it may be forged", () => {
  const chain: [string, string][] = [
    ["x-forwarded-for", "1.1.1.1, 192.0.2.1:4711"],
    ["x-forwarded-for", "10.0.0.9"],
  ];
  assert.equal(from("10.0.0.1", ...chain)[0], "192.0.2.1");
  assert.equal(from("10.0.0.1", ["x-forwarded-for", "10.0.0.5, 10.0.0.9"])[0], "10.0.0.5");
  assert.equal(from("10.0.0.1", ["x-forwarded-for", "192.0.2.1, unknown, 10.0.0.9"])[0], "10.0.0.9");
});

test("of Forwarded, scheme and host come from the proxy that saw the client", () => {
  const forwarded: [string, string] = [
    "forwarded",
    'for=1.1.1.1;host=evil.test, For="[2001:db8::7]:80";proto=https;host="a,b;c.test", for=10.0.0.9;proto=http;host=inner',
  ];
  assert.deepEqual(from("10.0.0.1", forwarded), ["2001:db8::7", "https", "a,b;c.test"]);
});

test("headers of both kinds, and ones that cannot be understood, are refused", () => {
  const both: [string, string][] = [
    ["forwarded", "for=192.0.2.1"],
    ["x-forwarded-for", "192.0.2.1"],
  ];
  assert.throws(() => from("10.0.0.1", ...both), { status: 400, reason: "forwarded" });
  assert.throws(() => from("10.0.0.1", ["forwarded", "for=a b"]), { status: 400 });
  assert.throws(() => from("10.0.0.1", ["x-forwarded-proto", "gopher"]), { status: 400 });
});

test("parseForwarded takes a header apart as RFC 7239 spells it", () => {
  assert.deepEqual(parseForwarded('for=_a;by="x\\"y" , , for="[::1]"'), [
    { for: "_a", by: 'x"y' },
    { for: "[::1]" },
  ]);
  assert.deepEqual(parseForwarded(""), []);
  for (const broken of ["for", "for=", 'for="a', "for=a for=b", "for=a=b"])
    assert.equal(parseForwarded(broken), undefined, broken);
});

test("nodeAddress finds the address in a node, and none in a name", () => {
  const nodes = ["192.0.2.1", "192.0.2.1:80", "::1", "[::1]", "[::1]:_p"];
  assert.deepEqual(nodes.map(nodeAddress), ["192.0.2.1", "192.0.2.1", "::1", "::1", "::1"]);
  for (const node of ["unknown", "_hidden", "192.0.2.256", "[fe80::1%eth0]", undefined])
    assert.equal(nodeAddress(node), undefined);
});
