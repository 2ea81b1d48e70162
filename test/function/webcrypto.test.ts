// webcrypto.test.ts: crypto.subtle does what Node's does, and each reads what the other writes.
import assert from "node:assert/strict";
import type { webcrypto } from "node:crypto";
import { guestTest, here, inGuest, sameAsNode } from "./oracle.js";

const KEY = `const raw = (bits) => Uint8Array.from({ length: bits / 8 }, (_, i) => i * 7 + 1);
  const told = (k) => [k.type, k.extractable, { ...k.algorithm }, k.usages];
  const hmac = (hash, usages = ["sign", "verify"]) => crypto.subtle.importKey("raw", bytes("key"), { name: "HMAC", hash }, true, usages);
  const aes = (name, bits, usages = ["encrypt", "decrypt"]) => crypto.subtle.importKey("raw", raw(bits), name, true, usages);`;

function keyed(code: string): string {
  return `${KEY} ${code}`;
}

const HASHES = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

sameAsNode("digests and authentication codes", [
  ...HASHES.flatMap((hash) => [
    [`digest ${hash}`, `return hex(await crypto.subtle.digest("${hash}", bytes("abc")));`] as const,
    [
      `HMAC ${hash}`,
      keyed(`return hex(await crypto.subtle.sign("HMAC", await hmac("${hash}"), bytes("m")));`),
    ] as const,
    [
      `HMAC key ${hash}`,
      keyed(`const k = await hmac("${hash}"); return [told(k), await crypto.subtle.exportKey("jwk", k)];`),
    ] as const,
  ]),
  [
    "a view",
    `return hex(await crypto.subtle.digest({ name: "sha-256" }, new DataView(bytes("xabcx").buffer, 1, 3)));`,
  ],
  ["nothing", `return hex(await crypto.subtle.digest("SHA-256", new ArrayBuffer(0)));`],
  ["a string", `await crypto.subtle.digest("SHA-256", "abc");`],
  ["an unknown digest", `await crypto.subtle.digest("SHA-3", bytes("abc"));`],
  [
    "verify",
    keyed(
      `const k = await hmac("SHA-256"), s = await crypto.subtle.sign("HMAC", k, bytes("m")); const v = (sig, m) => crypto.subtle.verify("HMAC", k, sig, bytes(m)); return [await v(s, "m"), await v(s, "n"), await v(s.slice(1), "m"), await v(new ArrayBuffer(0), "m")];`,
    ),
  ],
  [
    "a generated key",
    keyed(
      `const k = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-384" }, true, ["sign"]); return [told(k), (await crypto.subtle.exportKey("raw", k)).byteLength];`,
    ),
  ],
  [
    "a key of 512 bits",
    keyed(
      `return told(await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 512 }, false, ["verify"]));`,
    ),
  ],
]);

sameAsNode("ciphers", [
  [
    "AES-GCM",
    keyed(
      `return hex(await crypto.subtle.encrypt({ name: "AES-GCM", iv: raw(96), additionalData: bytes("ad") }, await aes("AES-GCM", 256), bytes("hello")));`,
    ),
  ],
  [
    "a long iv",
    keyed(
      `return hex(await crypto.subtle.encrypt({ name: "AES-GCM", iv: raw(256) }, await aes("AES-GCM", 192), bytes("hello")));`,
    ),
  ],
  [
    "back",
    keyed(
      `const a = { name: "AES-GCM", iv: raw(96) }, k = await aes("AES-GCM", 256); return hex(await crypto.subtle.decrypt(a, k, await crypto.subtle.encrypt(a, k, bytes("hello"))));`,
    ),
  ],
  [
    "a changed text",
    keyed(
      `const a = { name: "AES-GCM", iv: raw(96) }, k = await aes("AES-GCM", 256); const c = new Uint8Array(await crypto.subtle.encrypt(a, k, bytes("hello"))); c[0] ^= 1; await crypto.subtle.decrypt(a, k, c);`,
    ),
  ],
  [
    "AES-CBC",
    keyed(
      `const a = { name: "AES-CBC", iv: raw(128) }, k = await aes("AES-CBC", 256); const c = await crypto.subtle.encrypt(a, k, bytes("hello")); return [hex(c), hex(await crypto.subtle.decrypt(a, k, c))];`,
    ),
  ],
  [
    "AES-CBC with a short iv",
    keyed(
      `await crypto.subtle.encrypt({ name: "AES-CBC", iv: raw(64) }, await aes("AES-CBC", 128), bytes("hello"));`,
    ),
  ],
  [
    "AES-CTR",
    keyed(
      `return hex(await crypto.subtle.encrypt({ name: "AES-CTR", counter: raw(128), length: 64 }, await aes("AES-CTR", 128), bytes("x".repeat(100))));`,
    ),
  ],
  [
    "AES-KW",
    keyed(
      `const kw = await aes("AES-KW", 128, ["wrapKey", "unwrapKey"]), k = await aes("AES-GCM", 256); const w = await crypto.subtle.wrapKey("raw", k, kw, "AES-KW"); const u = await crypto.subtle.unwrapKey("raw", w, kw, "AES-KW", "AES-GCM", true, ["encrypt"]); return [hex(w), hex(await crypto.subtle.exportKey("raw", u))];`,
    ),
  ],
  [
    "AES-KW, changed",
    keyed(
      `const kw = await aes("AES-KW", 128, ["wrapKey", "unwrapKey"]), k = await aes("AES-GCM", 256); const w = new Uint8Array(await crypto.subtle.wrapKey("raw", k, kw, "AES-KW")); w[3] ^= 1; await crypto.subtle.unwrapKey("raw", w, kw, "AES-KW", "AES-GCM", true, ["encrypt"]);`,
    ),
  ],
  [
    "a wrapped JWK",
    keyed(
      `const a = { name: "AES-GCM", iv: raw(96) }, w = await aes("AES-GCM", 256, ["wrapKey", "unwrapKey"]); const c = await crypto.subtle.wrapKey("jwk", await aes("AES-CBC", 128), w, a); return told(await crypto.subtle.unwrapKey("jwk", c, w, a, "AES-CBC", false, ["decrypt"]));`,
    ),
  ],
  ...HASHES.map(
    (hash) =>
      [
        `PBKDF2 and HKDF ${hash}`,
        `const found = [];
        const parameters = { hash: "${hash}", salt: bytes("salt"), info: bytes("info"), iterations: 7 };
        for (const name of ["PBKDF2", "HKDF"]) {
          const k = await crypto.subtle.importKey("raw", bytes("pw"), name, false, ["deriveBits"]);
          for (const bits of [128, 264, 1024]) found.push(hex(await crypto.subtle.deriveBits({ name, ...parameters }, k, bits)));
        }
        return found;`,
      ] as const,
  ),
  [
    "HKDF",
    keyed(
      `const k = await crypto.subtle.importKey("raw", bytes("pw"), "HKDF", false, ["deriveBits", "deriveKey"]); const a = { name: "HKDF", hash: "SHA-256", salt: bytes("s"), info: bytes("i") }; return [hex(await crypto.subtle.deriveBits(a, k, 256)), told(await crypto.subtle.deriveKey(a, k, { name: "AES-GCM", length: 128 }, true, ["encrypt"])), told(await crypto.subtle.deriveKey(a, k, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]))];`,
    ),
  ],
]);

const ec = (use: string) =>
  `const p = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]); ${use}`;

sameAsNode("what is refused, and by which name", [
  ["a usage that does not go with the algorithm", keyed(`await hmac("SHA-256", ["encrypt"]);`)],
  ["no usage", keyed(`await hmac("SHA-256", []);`)],
  [
    "a usage that was not allowed",
    keyed(`await crypto.subtle.sign("HMAC", await hmac("SHA-256", ["verify"]), bytes("m"));`),
  ],
  [
    "another algorithm's key",
    keyed(
      `await crypto.subtle.encrypt({ name: "AES-CBC", iv: raw(128) }, await aes("AES-GCM", 128), bytes("m"));`,
    ),
  ],
  ["no key", `await crypto.subtle.sign("HMAC", {}, bytes("m"));`],
  [
    "a key of 100 bits",
    `await crypto.subtle.generateKey({ name: "AES-GCM", length: 100 }, true, ["encrypt"]);`,
  ],
  ["72 bits for AES", keyed(`await aes("AES-GCM", 72);`)],
  ["an unknown algorithm", `await crypto.subtle.generateKey("nope", true, ["sign"]);`],
  [
    "an unknown curve",
    `await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-1" }, true, ["sign"]);`,
  ],
  [
    "a point off the curve",
    `const p = new Uint8Array(65).fill(9); p[0] = 4; await crypto.subtle.importKey("raw", p, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);`,
  ],
  [
    "a public key that signs",
    ec(`await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, p.publicKey, bytes("m"));`),
  ],
  ["a private key as spki", ec(`await crypto.subtle.exportKey("spki", p.privateKey);`)],
  [
    "bytes that are no key",
    `await crypto.subtle.importKey("spki", bytes("nonsense"), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);`,
  ],
  [
    "a JWK of another kind",
    `await crypto.subtle.importKey("jwk", { kty: "RSA", k: "AAAA" }, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);`,
  ],
  [
    "a JWK that may not go out",
    `await crypto.subtle.importKey("jwk", { kty: "oct", k: "AAAA", ext: false }, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);`,
  ],
  [
    "a JWK for something else",
    `await crypto.subtle.importKey("jwk", { kty: "oct", k: "AAAA", key_ops: ["verify"] }, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);`,
  ],
  [
    "a JWK for another digest",
    `await crypto.subtle.importKey("jwk", { kty: "oct", k: "AAAA", alg: "HS512" }, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);`,
  ],
  ["too many random bytes", `crypto.getRandomValues(new Uint8Array(65537));`],
  ["random floating point", `crypto.getRandomValues(new Float64Array(1));`],
  ["making a key by hand", `new CryptoKey();`],
]);

guestTest("what mbedTLS cannot do here is refused, and not done otherwise", async (guest) => {
  const refused = [
    `await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);`,
    keyed(
      `await crypto.subtle.encrypt({ name: "AES-GCM", iv: raw(96), tagLength: 96 }, await aes("AES-GCM", 128), bytes("m"));`,
    ),
    `const p = await crypto.subtle.generateKey(${rsa("RSA-PSS", "SHA-256")}, true, ["sign", "verify"]);
    await crypto.subtle.sign({ name: "RSA-PSS", saltLength: 0 }, p.privateKey, bytes("m"));`,
    `const p = await crypto.subtle.generateKey(${rsa("RSA-OAEP", "SHA-256")}, true, ["encrypt", "decrypt"]);
    await crypto.subtle.encrypt({ name: "RSA-OAEP", label: bytes("label") }, p.publicKey, bytes("m"));`,
  ];
  for (const code of refused)
    assert.equal(await inGuest(guest, code), "throws DOMException NotSupportedError", code);
});

guestTest("a key that may not go out does not", async (guest) => {
  const code = `const k = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt"]);
    await crypto.subtle.exportKey("raw", k);`;
  assert.equal(await inGuest(guest, code), "throws DOMException InvalidAccessError");
});

const PAIRS: readonly (readonly [what: string, algorithm: string, parameters: string])[] = [
  ["ECDSA P-256", `{ name: "ECDSA", namedCurve: "P-256" }`, `{ name: "ECDSA", hash: "SHA-256" }`],
  ["ECDSA P-384", `{ name: "ECDSA", namedCurve: "P-384" }`, `{ name: "ECDSA", hash: "SHA-512" }`],
  ["ECDSA P-521", `{ name: "ECDSA", namedCurve: "P-521" }`, `{ name: "ECDSA", hash: "SHA-1" }`],
  ["RSASSA-PKCS1-v1_5", rsa("RSASSA-PKCS1-v1_5", "SHA-256"), `"RSASSA-PKCS1-v1_5"`],
  ["RSA-PSS", rsa("RSA-PSS", "SHA-384"), `{ name: "RSA-PSS", saltLength: 48 }`],
];

function rsa(name: string, hash: string): string {
  return `{ name: "${name}", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "${hash}" }`;
}

for (const [what, algorithm, parameters] of PAIRS) {
  const make = `const { privateKey, publicKey } = await crypto.subtle.generateKey(${algorithm}, true, ["sign", "verify"]);
    const signature = hex(await crypto.subtle.sign(${parameters}, privateKey, bytes("message")));
    const out = async (format, key) => { const it = await crypto.subtle.exportKey(format, key); return format === "jwk" ? it : hex(it); };
    return { signature, told: [privateKey, publicKey].map((k) => [k.type, k.extractable, k.usages, { ...k.algorithm }]),
      spki: await out("spki", publicKey), pkcs8: await out("pkcs8", privateKey),
      publicJwk: await out("jwk", publicKey), privateJwk: await out("jwk", privateKey) };`;
  const check = (
    made: Made,
  ) => `const made = ${JSON.stringify(made)}; const s = crypto.subtle, algorithm = ${algorithm}, parameters = ${parameters};
    const publics = [await s.importKey("spki", unhex(made.spki), algorithm, true, ["verify"]), await s.importKey("jwk", made.publicJwk, algorithm, true, ["verify"])];
    const privates = [await s.importKey("pkcs8", unhex(made.pkcs8), algorithm, true, ["sign"]), await s.importKey("jwk", made.privateJwk, algorithm, true, ["sign"])];
    const found = [];
    for (const key of publics) for (const text of ["message", "other"]) found.push(await s.verify(parameters, key, unhex(made.signature), bytes(text)));
    for (const key of privates) found.push(await s.verify(parameters, publics[0], await s.sign(parameters, key, bytes("m")), bytes("m")));
    return [found, hex(await s.exportKey("spki", publics[1])) === made.spki, hex(await s.exportKey("pkcs8", privates[1])) === made.pkcs8];`;
  guestTest(`${what}: keys and signatures go from the guest to Node and back`, async (guest) => {
    const [theirs, ours] = [(await inGuest(guest, make)) as Made, (await here(make)) as Made];
    assert.deepEqual(theirs.told, ours.told);
    assert.deepEqual(Object.keys(theirs.privateJwk).sort(), Object.keys(ours.privateJwk).sort());
    const right = [[true, false, true, false, true, true], true, true];
    assert.deepEqual(await here(check(theirs)), right);
    assert.deepEqual(await inGuest(guest, check(ours)), right);
  });
}

interface Made {
  readonly told: unknown;
  readonly spki: string;
  readonly privateJwk: webcrypto.JsonWebKey;
}

for (const algorithm of [
  `{ name: "ECDH", namedCurve: "P-256" }`,
  `{ name: "ECDH", namedCurve: "P-521" }`,
  `{ name: "X25519" }`,
])
  guestTest(`${algorithm}: the guest and Node agree on a secret`, async (guest) => {
    const make = `const p = await crypto.subtle.generateKey(${algorithm}, true, ["deriveBits"]);
      return { d: await crypto.subtle.exportKey("jwk", p.privateKey), pub: hex(await crypto.subtle.exportKey("raw", p.publicKey)) };`;
    const agree = (mine: Half, other: Half) => `const a = ${algorithm}, s = crypto.subtle;
      const d = await s.importKey("jwk", ${JSON.stringify(mine.d)}, a, false, ["deriveBits", "deriveKey"].slice(0, 1));
      const q = await s.importKey("raw", unhex("${other.pub}"), a, true, []);
      return [hex(await s.deriveBits({ ...a, public: q }, d, 256)), hex(await s.deriveBits({ ...a, public: q }, d, 128))];`;
    const [theirs, ours] = [(await inGuest(guest, make)) as Half, (await here(make)) as Half];
    assert.deepEqual(await inGuest(guest, agree(theirs, ours)), await here(agree(ours, theirs)));
  });

interface Half {
  readonly d: webcrypto.JsonWebKey;
  readonly pub: string;
}

guestTest("RSA-OAEP: what one encrypts, the other decrypts", async (guest) => {
  const algorithm = rsa("RSA-OAEP", "SHA-256");
  const make = `const p = await crypto.subtle.generateKey(${algorithm}, true, ["encrypt", "decrypt"]);
      return { key: await crypto.subtle.exportKey("jwk", p.privateKey), text: hex(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, p.publicKey, bytes("secret"))) };`;
  const open = (made: unknown) => `const made = ${JSON.stringify(made)};
      const key = await crypto.subtle.importKey("jwk", made.key, ${algorithm}, false, ["decrypt"]);
      return hex(await crypto.subtle.decrypt({ name: "RSA-OAEP" }, key, unhex(made.text)));`;
  assert.equal(await here(open(await inGuest(guest, make))), "736563726574");
  assert.equal(await inGuest(guest, open(await here(make))), "736563726574");
});
