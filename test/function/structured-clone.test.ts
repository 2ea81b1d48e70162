// structured-clone.test.ts: structuredClone copies what Node's copies, shares what it shares, and refuses what it refuses.
import assert from "node:assert/strict";
import { guestTest, inGuest, sameAsNode } from "./oracle.js";

sameAsNode("structuredClone", [
  ["plain data", `return structuredClone({ a: [1, "x", null, undefined, true], b: { c: -0, d: NaN } });`],
  ["a negative zero", `return Object.is(structuredClone(-0), -0);`],
  ["a big number", `return String(structuredClone({ b: 5n ** 40n }).b);`],
  ["undefined stays a property", `return Object.keys(structuredClone({ a: undefined }));`],
  [
    "a cycle",
    `const a = { x: {} }; a.a = a; a.y = a.x; const b = structuredClone(a); return [b.a === b, b.x === b.y, b !== a];`,
  ],
  [
    "an array with holes and names",
    `const a = [1, , 3]; a.k = 5; a.length = 6; const c = structuredClone(a); return [c.length, 1 in c, c.k, Object.keys(c)];`,
  ],
  [
    "dates and patterns",
    `const d = structuredClone(new Date(5)); const r = /x/gi; r.lastIndex = 3; const s = structuredClone(r); return [d instanceof Date, +d, String(s), s.lastIndex, +structuredClone(new Date(NaN))];`,
  ],
  [
    "boxes",
    `const b = structuredClone([new Boolean(false), new Number(4), new String("x"), Object(5n)]); return b.map((o) => [typeof o, o.constructor.name, String(o)]);`,
  ],
  [
    "a map and a set",
    `const k = {}; const m = structuredClone(new Map([[k, new Set([k, 1])]])); const [[key, set]] = m; return [m.size, set.has(key), set.has(1), key !== k];`,
  ],
  [
    "a map that holds itself",
    `const m = new Map(); m.set(m, m); const c = structuredClone(m); return c.get(c) === c;`,
  ],
  [
    "an error",
    `const e = structuredClone(new RangeError("m", { cause: { a: 1 } })); return [e instanceof RangeError, e.name, e.message, e.cause, typeof e.stack, Object.keys(e)];`,
  ],
  [
    "an error of a class",
    `class E extends TypeError { extra = 1; } const e = structuredClone(new E("x")); return [e.constructor.name, e.extra, e.message];`,
  ],
  [
    "an error of a name",
    `const e = new Error("x"); e.name = "Custom"; return [structuredClone(e).name, structuredClone(e).constructor.name];`,
  ],
  [
    "views of one buffer",
    `const b = new ArrayBuffer(16); new Uint8Array(b)[3] = 7; const c = structuredClone({ x: new Uint8Array(b, 2, 3), y: new DataView(b, 1, 4), z: new Float64Array(b), b }); return [[...c.x], c.x.byteOffset, c.y.byteOffset, c.y.byteLength, c.x.buffer === c.z.buffer, c.b === c.x.buffer, c.b !== b, c.z.constructor.name];`,
  ],
  [
    "every kind of view",
    `return [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array].map((T) => structuredClone(new T(2)).constructor.name);`,
  ],
  [
    "a resizable buffer",
    `const c = structuredClone(new ArrayBuffer(4, { maxByteLength: 16 })); return [c.byteLength, c.resizable, c.maxByteLength];`,
  ],
  [
    "transfer",
    `const b = new Uint8Array([1, 2, 3]).buffer; const c = structuredClone({ b, v: new Uint8Array(b, 1) }, { transfer: [b] }); return [b.byteLength, [...new Uint8Array(c.b)], [...c.v], c.v.buffer === c.b];`,
  ],
  [
    "transfer of what is not in it",
    `const b = new ArrayBuffer(8); structuredClone(1, { transfer: [b] }); return b.byteLength;`,
  ],
  ["transfer twice", `const b = new ArrayBuffer(8); structuredClone(1, { transfer: [b, b] });`],
  [
    "nothing is transferred when it fails",
    `const b = new ArrayBuffer(8); try { structuredClone({ b, f() {} }, { transfer: [b] }); } catch (e) { return [e.name, b.byteLength]; }`,
  ],
  [
    "an instance of a class",
    `class A { x = 1; get y() { return 2; } } const c = structuredClone(new A()); return [c.constructor.name, Object.entries(c)];`,
  ],
  ["a getter", `return structuredClone({ get x() { return 7; } });`],
  ["a getter that throws", `structuredClone({ get x() { throw new SyntaxError("mine"); } });`],
  [
    "what is not enumerable, and symbols",
    `return Object.keys(structuredClone(Object.defineProperty({ [Symbol("s")]: 1, a: 1 }, "b", { value: 2 })));`,
  ],
  [
    "the name __proto__",
    `const c = structuredClone(JSON.parse('{"__proto__": {"x": 1}}')); return [Object.getPrototypeOf(c) === Object.prototype, Object.keys(c), c.x];`,
  ],
  [
    "no prototype",
    `return Object.getPrototypeOf(structuredClone(Object.create(null))) === Object.prototype;`,
  ],
  ["a frozen object", `return Object.isFrozen(structuredClone(Object.freeze({ a: 1 })));`],
  ["a function", `structuredClone(() => 1);`],
  ["a method inside", `structuredClone({ a: [{ f() {} }] });`],
  ["a symbol", `structuredClone(Symbol("x"));`],
  ["a boxed symbol", `structuredClone(Object(Symbol("x")));`],
  ["a promise", `structuredClone(Promise.resolve());`],
  ["a weak map", `structuredClone(new WeakMap());`],
  [
    "a key",
    `const k = structuredClone(await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"])); return [k instanceof CryptoKey, k.extractable, (await crypto.subtle.sign("HMAC", k, bytes("m"))).byteLength];`,
  ],
]);

guestTest("structuredClone does what the standard says where Node 20 does not", async (guest) => {
  const exception = `const e = structuredClone(new DOMException("m", "DataError")); return [e instanceof DOMException, e.name, e.message];`;
  assert.deepEqual(await inGuest(guest, exception), [true, "DataError", "m"]);
  const detached = `const b = new ArrayBuffer(8); structuredClone(b, { transfer: [b] }); structuredClone(b, { transfer: [b] });`;
  for (const code of [
    detached,
    "structuredClone(new Headers());",
    "structuredClone({ a: new URL('http://x') });",
  ])
    assert.equal(await inGuest(guest, code), "throws DOMException DataCloneError", code);
});
