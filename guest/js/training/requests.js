// requests.js: what a function does with a request: headers, addresses, bodies, signatures. URL and crypto are the engine's extensions.

class HeaderList {
  #pairs = [];
  constructor(pairs = []) {
    for (const [name, value] of pairs) this.append(name, value);
  }
  append(name, value) {
    const known = String(name).toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(known)) throw new TypeError(`header: got the name ${name}`);
    this.#pairs.push([known, `${value}`.trim()]);
  }
  get(name) {
    const found = this.#pairs.filter(([known]) => known === name.toLowerCase()).map(([, value]) => value);
    return found.length === 0 ? null : found.join(", ");
  }
  *[Symbol.iterator]() {
    yield* [...this.#pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

class Message {
  #body;
  #used = false;
  constructor(body, { headers = [], ...rest } = {}) {
    this.#body = body;
    this.headers = new HeaderList(headers);
    Object.assign(this, rest);
  }
  get bodyUsed() {
    return this.#used;
  }
  async text() {
    if (this.#used) throw new TypeError("the body was read before");
    this.#used = true;
    return this.#body ?? "";
  }
  async json() {
    return JSON.parse(await this.text());
  }
  static json(value, options = {}) {
    const headers = [["content-type", "application/json"], ...(options.headers ?? [])];
    return new Message(JSON.stringify(value), { status: 200, ...options, headers });
  }
}

const cookies = (text) =>
  Object.fromEntries(
    text.split(/;\s*/).map((pair) => pair.split("=").map((part) => decodeURIComponent(part))),
  );

async function handler(request) {
  const { pathname, search } = new URL(request.url);
  const searchParams = new Map(new URLSearchParams(search));
  const limit = Number(searchParams.get("limit") ?? "10");
  if (request.method === "GET") {
    const { session = "none" } = cookies(request.headers.get("Cookie") ?? "a=b");
    return new Message(`Hello, ${session}! ${pathname}`, { status: 200, headers: [["x-limit", limit]] });
  }
  const { items = [], ...rest } = await request.json();
  const wanted = items.filter(({ price }) => price > limit).map((item, i) => ({ ...item, rank: i + 1 }));
  return Message.json({ ...rest, wanted, sum: wanted.reduce((sum, { price }) => sum + price, 0) });
}

async function serve(round) {
  const headers = [
    ["Cookie", "session=abc%20d; theme=dark"],
    ["Accept", "*/*"],
  ];
  const url = `https://example.org:8443/a/../b%20c/${round}?limit=${round % 20}&tag=x+y#top`;
  const seen = await handler(new Message(null, { method: "GET", url, headers }));
  const items = Array.from({ length: 8 }, (_, i) => ({ name: `item ${i}`, price: i * 4.5 }));
  const body = JSON.stringify({ user: "ada", items });
  const made = await handler(
    new Message(body, { method: "POST", url: "http://localhost/items?limit=7", headers }),
  );
  const answer = await made.json();
  return (await seen.text()).length + answer.wanted.length + [...made.headers].length;
}

const bytes = (length, seed) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);

async function sign() {
  const { subtle } = crypto;
  for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) await subtle.digest(hash, bytes(6000, 1));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const secret = await subtle.importKey("raw", bytes(32, 2), hmac, true, ["sign", "verify"]);
  for (let i = 0; i < 20; i++) {
    const signature = await subtle.sign("HMAC", secret, bytes(200, i));
    if (!(await subtle.verify("HMAC", secret, signature, bytes(200, i))))
      throw new Error("HMAC does not verify");
  }
  const aes = { name: "AES-GCM", iv: bytes(12, 4) };
  const key = await subtle.importKey("raw", bytes(32, 3), "AES-GCM", true, ["encrypt", "decrypt"]);
  const sealed = await subtle.encrypt(aes, key, bytes(6000, 5));
  if ((await subtle.decrypt(aes, key, sealed)).byteLength !== 6000)
    throw new Error("AES-GCM does not decrypt");
  const salted = { name: "PBKDF2", hash: "SHA-256", salt: bytes(16, 6), iterations: 200 };
  const password = await subtle.importKey("raw", bytes(12, 7), "PBKDF2", true, ["deriveBits"]);
  await subtle.deriveBits(salted, password, 256);
  for (const kind of [
    [
      { name: "ECDSA", namedCurve: "P-256" },
      { name: "ECDSA", hash: "SHA-256" },
    ],
    [
      {
        name: "RSASSA-PKCS1-v1_5",
        hash: "SHA-256",
        modulusLength: 1024,
        publicExponent: Uint8Array.of(1, 0, 1),
      },
      { name: "RSASSA-PKCS1-v1_5" },
    ],
  ]) {
    const [algorithm, how] = kind;
    const { privateKey, publicKey } = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const signature = await subtle.sign(how, privateKey, bytes(100, 8));
    if (!(await subtle.verify(how, publicKey, signature, bytes(100, 8))))
      throw new Error(`${how.name} does not verify`);
  }
}

for (let round = 0; round < 300; round++) await serve(round);
for (const address of [
  "http://a.b/c",
  "HTTPS://EXAMPLE.com:443/%7Efoo/../x?q=1#f",
  "http://[::1]:80/",
  "http://b\u00fccher.example/",
])
  for (let i = 0; i < 25; i++) new URL(`${i}?a=${i}`, address).href;
const query = new URLSearchParams("a=1&b=2&a=3&c=%20+x");
for (let i = 0; i < 20; i++) query.append("d", [...query].length + query.toString().length);
await sign();
