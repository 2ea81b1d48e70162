// origin-rule.test.ts: what an entry of outbound.origins allows, and what it does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { matchOrigin, parseOriginRule } from "./origin-rule.js";

const CASES: [rule: string, allowed: string[], refused: string[]][] = [
  [
    "https://api.example.com",
    ["https://api.example.com/x?y", "https://API.example.com:443/", "https://api%2eexample.com/"],
    [
      "http://api.example.com/",
      "https://api.example.com:8443/",
      "https://example.com/",
      "https://api.example.com./",
      "https://api.example.com.evil.test/",
      "https://evil.test/https://api.example.com",
      "https://x.api.example.com/",
      "https://api.example.com@evil.test/",
      "https://evil.test\\@api.example.com/",
    ],
  ],
  [
    "https://*.example.com",
    ["https://a.example.com/", "https://xn--bcher-kva.example.com/"],
    [
      "https://example.com/",
      "https://.example.com/",
      "https://a.b.example.com/",
      "https://aexample.com/",
      "http://a.example.com/",
      "https://a.example.com:8443/",
      "https://a.example.com.evil.test/",
    ],
  ],
  ["http://*.example.com:8080/", ["http://a.example.com:8080/"], ["http://a.example.com/"]],
  [
    "http://127.0.0.1:3000",
    ["http://127.0.0.1:3000/", "http://0x7f.1:3000/", "http://2130706433:3000/"],
    ["http://127.0.0.1/", "http://127.0.0.2:3000/", "http://localhost:3000/"],
  ],
  ["http://[::1]:3000", ["http://[0:0::1]:3000/"], ["http://[::2]:3000/"]],
  [
    "*",
    ["https://example.com/", "http://example.com:8080/", "http://10.0.0.1/"],
    ["http://example.com:25/", "https://example.com:6667/"],
  ],
  ["http://mail.example.com:25", ["http://mail.example.com:25/"], []],
];
for (const [text, allowed, refused] of CASES) {
  test(`${text} allows what it says`, () => {
    const rule = parseOriginRule(text);
    assert.ok(rule !== undefined);
    for (const url of allowed) assert.ok(matchOrigin([rule], new URL(url)) !== undefined, url);
    for (const url of refused)
      if (URL.canParse(url)) assert.equal(matchOrigin([rule], new URL(url)), undefined, url);
  });
}

test("only an exact origin grants the address that it is", () => {
  const grants = (rule: string, url: string): number | undefined =>
    matchOrigin([parseOriginRule(rule)!], new URL(url))?.length;
  assert.equal(grants("http://10.0.0.1", "http://10.0.0.1/"), 1);
  assert.equal(grants("http://localhost:1234", "http://localhost:1234/"), 2);
  assert.equal(grants("http://db.internal", "http://db.internal/"), 0);
  assert.equal(grants("*", "http://10.0.0.1/"), 0);
  assert.equal(grants("*", "http://localhost/"), 0);
});

for (const text of [
  "",
  "**",
  "example.com",
  "ftp://example.com",
  "https://",
  "https://*",
  "https://*.",
  "https://*.1.2.3",
  "https://a.*.com",
  "https://example.com/path",
  "https://example.com?x",
  "https://u:p@example.com",
  "https://exa mple.com",
  "https://*.*.com",
  "https://example.com:99999",
  "file:///etc/passwd",
])
  test(`${JSON.stringify(text)} is no origin`, () => assert.equal(parseOriginRule(text), undefined));
