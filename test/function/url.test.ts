// url.test.ts: URL and URLSearchParams as Node has them.
import assert from "node:assert/strict";
import { bestOf } from "../support/best-of.js";
import { guestTest, inGuest, sameAsNode } from "./oracle.js";

const PARTS =
  "const parts = (u) => [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash];";

const ABSOLUTE = [
  "http://x",
  "https://user:pa%20ss@münchen.example:8080/p/../q/./r;x?a=1&b=%20ü#frag ment",
  "HTTPS://EXAMPLE.com:443/%7Efoo/%2e%2e/bar",
  "http://[::1]:80/",
  "http://[2001:DB8:0:0:0:0:0:1]/",
  "http://0x7f.1/",
  "http://192.168.257/",
  "file:///C|/windows/..",
  "file://host/path",
  "data:text/plain,hello world",
  "mailto:a@b.c",
  "blob:https://example.com/uuid",
  "javascript:alert(1)",
  "non-special://host:99/path?x#y",
  "http://ex ample.com",
  "http://a%b",
  "http://x:99999",
  "http://",
  "nope",
  "",
  "//x",
  " \thttp://trimmed/ \n",
  "http://x/a\tb\nc",
  "http://xn--mnchen-3ya.de",
  "http://faß.de",
  "http://☃.net/",
  "http://x/?\ud800#\udfff",
  "http://x\\y\\z",
  "ws://x:80",
  "http://x/?q='\"<>`",
  "a:b",
  "http://1.2.3.4.5/",
  "http://256.1.1.1/",
  "https://example.com/\u0000",
];

const RELATIVE = [
  ["../x", "http://a/b/c/d"],
  ["?q", "http://a/b?c#d"],
  ["#h", "http://a/b?c#d"],
  ["//other/y", "https://a/b"],
  ["/abs", "https://u:p@a:8/b"],
  ["", "http://a/b?c#d"],
  ["x:y", "http://a/"],
  ["./a:b", "data:x"],
  ["x", "data:x"],
  ["x", "nope"],
  ["C|/x", "file:///D:/y"],
];

const ODD = " !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~äé\n\0";

const SETTERS = [
  ["href", "https://new/"],
  ["href", "nope"],
  ["protocol", "https"],
  ["protocol", "data:"],
  ["username", "ü:@"],
  ["password", ""],
  ["host", "y:99"],
  ["host", "bad host"],
  ["hostname", "z"],
  ["port", "443"],
  ["port", "8x"],
  ["port", "99999"],
  ["pathname", "a b/../c?d"],
  ["search", "?ä&b"],
  ["search", ""],
  ["hash", "x y"],
  ["hash", ""],
  ["origin", "http://q"],
];

sameAsNode("URL reads what Node reads", [
  ...ABSOLUTE.map((url) => [url, `${PARTS} return parts(new URL(${JSON.stringify(url)}));`] as const),
  ...RELATIVE.map(
    ([url, base]) => [`${url} on ${base}`, `${PARTS} return parts(new URL("${url}", "${base}"));`] as const,
  ),
  ...SETTERS.map(
    ([name, value]) =>
      [
        `${name} = ${value}`,
        `${PARTS} const u = new URL("http://u:p@x:8080/a?b#c"); u.${name} = "${value}"; return parts(u);`,
      ] as const,
  ),
]);

sameAsNode("a URL and its searchParams follow each other", [
  [
    "append",
    `const u = new URL("http://x/?a=1"); u.searchParams.append("b", "ü &"); return [u.href, u.search];`,
  ],
  ["delete to nothing", `const u = new URL("http://x/?a=1#h"); u.searchParams.delete("a"); return u.href;`],
  [
    "search",
    `const u = new URL("http://x/?a=1"), p = u.searchParams; u.search = "c=3"; return [String(p), p === u.searchParams];`,
  ],
  ["href", `const u = new URL("http://x/?a=1"), p = u.searchParams; u.href = "http://y/?z"; return [...p];`],
  ["hash leaves it", `const u = new URL("http://x/?a=1"), p = u.searchParams; u.hash = "q"; return [...p];`],
  [
    "many changes, and a component between them",
    `const u = new URL("http://x/y?a#"), p = u.searchParams, seen = []; p.append("b", "1"); p.append("c", "2"); seen.push(u.href); u.hash = ""; p.delete("a"); p.delete("b"); p.delete("c"); seen.push(u.pathname, u.href); p.set("d", "3"); u.search = "e"; seen.push(u.href, String(p)); p.append("f", "4"); u.href = "http://y/?g"; seen.push(u.href, String(p)); p.append("h", "5"); seen.push(JSON.stringify(u), u.origin); return seen;`,
  ],
  ["sort", `const u = new URL("http://x/?b=2&a=1&b=1"); u.searchParams.sort(); return u.href;`],
  ["set", `const u = new URL("http://x/?b=2&a=1&b=1"); u.searchParams.set("b", "0"); return u.href;`],
  [
    "only what changes is written anew",
    `const u = new URL("http://x/?a=%7e b"); const s = u.href; u.searchParams.get("a"); return [s, u.href];`,
  ],
]);

sameAsNode("URLSearchParams takes and gives what Node's does", [
  ["a string", `return [...new URLSearchParams("?a=1&b=2&a=3&&=&c")];`],
  ["percent signs", `return [...new URLSearchParams("a=%41%zz%&b=+%2B&c=%ff")];`],
  ["a record", `return String(new URLSearchParams({ a: 1, "b c": "x y", d: undefined }));`],
  ["pairs", `return String(new URLSearchParams([["a", "1"], ["b", "2"]]));`],
  ["an iterable of iterables", `return String(new URLSearchParams(new Map([["a", 1]]).entries()));`],
  [
    "another one",
    `const a = new URLSearchParams("x=1"), b = new URLSearchParams(a); b.append("y", 2); return [String(a), String(b)];`,
  ],
  ["three in a pair", `new URLSearchParams([["a", "1", "2"]]);`],
  ["no pairs", `new URLSearchParams([5]);`],
  ["undefined", `return String(new URLSearchParams(undefined));`],
  ["lone surrogates", `return String(new URLSearchParams({ "\\ud800": "\\udc00" }));`],
  [
    "two names that become one",
    `return String(new URLSearchParams({ "\\ud800": "1", b: "2", "\\ufffd": "3" }));`,
  ],
  ["size", `const p = new URLSearchParams("a=1&a=2"); return [p.size, new URLSearchParams().size];`],
  [
    "has and delete with a value",
    `const p = new URLSearchParams("a=1&a=2&b=3"); const h = [p.has("a"), p.has("a", "2"), p.has("a", "3"), p.has("b", undefined)]; p.delete("a", "1"); return [h, String(p)];`,
  ],
  [
    "get",
    `const p = new URLSearchParams("a=1&a=2"); return [p.get("a"), p.getAll("a"), p.get("b"), p.getAll("b")];`,
  ],
  [
    "iteration",
    `const p = new URLSearchParams("a=1&b=2"); return [[...p.keys()], [...p.values()], [...p.entries()], [...p]];`,
  ],
  [
    "iteration is live",
    `const p = new URLSearchParams("a=1&b=2&c=3"); const seen = []; for (const [k] of p) { seen.push(k); p.delete(k); } return [seen, String(p)];`,
  ],
  [
    "forEach",
    `const seen = []; new URLSearchParams("a=1").forEach(function (v, k, p) { seen.push(v, k, String(p), this.x); }, { x: 5 }); return seen;`,
  ],
  ["what is encoded", `return String(new URLSearchParams({ a: ${JSON.stringify(ODD)} }));`],
  [
    "tags",
    `return [new URL("http://x"), new URLSearchParams(), new URLSearchParams().keys()].map((o) => Object.prototype.toString.call(o));`,
  ],
  ["JSON", `return JSON.stringify({ u: new URL("http://x"), s: String(new URL("http://x/ y")) });`],
  ["canParse", `return [URL.canParse("x"), URL.canParse("x", "http://y"), URL.canParse("http://y")];`],
  ["an object as a base", `return new URL("b", new URL("http://x/a")).href;`],
  ["without new", `URL("http://x");`],
  ["a method of nobody", `URLSearchParams.prototype.get.call({}, "a");`],
]);

guestTest("URL.parse gives null instead of an error", async (guest) => {
  const found = await inGuest(
    guest,
    `return [URL.parse("x"), URL.parse("x", "http://y/").href, URL.parse("a:b").href];`,
  );
  assert.deepEqual(found, [null, "http://y/x", "a:b"]);
});

guestTest("what adds parameters and headers one by one takes time in proportion", async (guest) => {
  for (const [what, work] of [
    [
      "searchParams",
      `const u = new URL("http://x/"); for (let i = 0; i < n; i++) u.searchParams.append("k" + i, i); u.href;`,
    ],
    ["headers", `const h = new Headers(); for (let i = 0; i < n; i++) h.append("k" + i, i); [...h];`],
  ] as const) {
    const growth = () =>
      inGuest(
        guest,
        `const ms = (n) => { const t = performance.now(); ${work} return performance.now() - t; }; ms(10); const few = ms(250); return ms(4000) / few;`,
      ) as Promise<number>;
    // 16 times as many: 16 in proportion, 256 by the square.
    const times = await bestOf(64, growth);
    assert.ok(times < 64, `${what}: ${times} times as long`);
  }
});
