// structured-clone.ts: structuredClone (the HTML standard, section 2.7). The engine's extension for it overflows the stack, shares no buffers
// between views, transfers nothing, and clones what is not to be cloned.
import { DOMException, failure, partIfLoaded } from "../shared.js";

type Memory = Map<object, object>;
type ViewType = new (buffer: ArrayBuffer, offset: number, length: number) => object;

const ERRORS = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
const VIEWS: Record<string, ViewType> = {};
for (const name of Object.getOwnPropertyNames(globalThis))
  if (/\d(?:Clamped)?Array$/.test(name)) VIEWS[name] = (globalThis as unknown as typeof VIEWS)[name]!;

/** Whose state a copy of the properties would not carry. Looked up when it is needed: some belong to other files. */
const REFUSED =
  "WeakMap WeakSet WeakRef Promise FinalizationRegistry Iterator URL URLSearchParams Headers Request Response EventTarget Event FormData ReadableStream WritableStream TransformStream TextEncoder TextDecoder";

function refused(what: string): Error {
  return failure("DataCloneError", `structuredClone: ${what} cannot be cloned`);
}

export function structuredClone<T>(value: T, options?: { readonly transfer?: readonly object[] }): T {
  const memory: Memory = new Map();
  const transfer = [...(options?.transfer ?? [])];
  for (const each of transfer) {
    if (!(each instanceof ArrayBuffer)) throw refused("what is to be transferred and is no ArrayBuffer");
    if (memory.has(each)) throw refused("an ArrayBuffer that is to be transferred twice");
    memory.set(each, copied(each));
  }
  const result = clone(value, memory) as T;
  // Only now, as nothing can throw any more.
  for (const each of transfer) (each as ArrayBuffer & { transfer(): unknown }).transfer();
  return result;
}

function clone(value: unknown, memory: Memory): unknown {
  if (typeof value === "symbol") throw refused("a symbol");
  if (typeof value === "function") throw refused("a function");
  if (typeof value !== "object" || value === null) return value;
  const known = memory.get(value);
  if (known !== undefined) return known;
  const keep = <T extends object>(made: T): T => {
    memory.set(value, made);
    return made;
  };
  if (Array.isArray(value)) return properties(value, keep(new Array(value.length)), memory);
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype === Object.prototype || prototype === null) return properties(value, keep({}), memory);
  if (value instanceof Map) {
    const [made, entries] = [keep(new Map()), [...value]];
    for (const [key, item] of entries) made.set(clone(key, memory), clone(item, memory));
    return made;
  }
  if (value instanceof Set) {
    const [made, items] = [keep(new Set()), [...value]];
    for (const item of items) made.add(clone(item, memory));
    return made;
  }
  if (value instanceof Error) return error(value, keep, memory);
  if (value instanceof ArrayBuffer) return keep(copied(value));
  if (ArrayBuffer.isView(value)) return view(value, keep, memory);
  const simple = simpleOf(value);
  if (simple !== undefined) return keep(simple);
  for (const name of REFUSED.split(" ")) if (isOne(value, name)) throw refused(`a ${name}`);
  return properties(value, keep({}), memory);
}

function properties(from: object, to: object, memory: Memory): object {
  const source = from as Record<string, unknown>;
  for (const key of Object.keys(from))
    if (Object.hasOwn(from, key)) {
      const value = clone(source[key], memory);
      // Not by assignment: `__proto__` is a name like any other.
      if (key !== "__proto__") (to as typeof source)[key] = value;
      else Object.defineProperty(to, key, { value, writable: true, enumerable: true, configurable: true });
    }
  return to;
}

/** A copy of what refers to nothing else. */
function simpleOf(value: object): object | undefined {
  if (value instanceof Date) return new Date(Date.prototype.getTime.call(value));
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof Boolean) return Object(Boolean.prototype.valueOf.call(value)) as object;
  if (value instanceof Number) return Object(Number.prototype.valueOf.call(value)) as object;
  if (value instanceof String) return Object(String.prototype.valueOf.call(value)) as object;
  if (value instanceof BigInt) return Object(BigInt.prototype.valueOf.call(value)) as object;
  if (value instanceof Symbol) throw refused("a symbol");
  const keys = partIfLoaded("crypto");
  if (keys !== undefined && value instanceof keys.CryptoKey) return keys.make(keys.partsOf(value));
  if (isOne(value, "File")) {
    const { name, type, lastModified } = value as unknown as Record<string, unknown>;
    return new (classOf("File")!)([value], name, { type, lastModified });
  }
  if (isOne(value, "Blob"))
    return new (classOf("Blob")!)([value], { type: (value as { type?: string }).type });
  return undefined;
}

/** A class of the global object. One whose part is not loaded has no objects, and an accessor in its place. */
function classOf(name: string): (new (...values: unknown[]) => object) | undefined {
  const found: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  return typeof found === "function" ? (found as new (...values: unknown[]) => object) : undefined;
}

function isOne(value: object, name: string): boolean {
  const wanted = classOf(name);
  return wanted !== undefined && value instanceof wanted;
}

function copied(buffer: ArrayBuffer): ArrayBuffer {
  const { detached, resizable, maxByteLength } = buffer as ArrayBuffer & {
    readonly detached: boolean;
    readonly resizable: boolean;
    readonly maxByteLength: number;
  };
  if (detached) throw refused("a detached ArrayBuffer");
  if (!resizable) return buffer.slice(0);
  const made = new (ArrayBuffer as new (length: number, options: object) => ArrayBuffer)(buffer.byteLength, {
    maxByteLength,
  });
  new Uint8Array(made).set(new Uint8Array(buffer));
  return made;
}

function view(value: ArrayBufferView, keep: <T extends object>(made: T) => T, memory: Memory): object {
  const buffer = clone(value.buffer, memory) as ArrayBuffer;
  if (value instanceof DataView) return keep(new DataView(buffer, value.byteOffset, value.byteLength));
  const { [Symbol.toStringTag]: name, length } = value as Uint8Array;
  return keep(new VIEWS[name]!(buffer, value.byteOffset, length));
}

function error(value: Error, keep: <T extends object>(made: T) => T, memory: Memory): object {
  if ((value as object) instanceof DOMException) return keep(new DOMException(value.message, value.name));
  const type = ERRORS.find(({ name }) => name === value.name) ?? Error;
  const message = Object.getOwnPropertyDescriptor(value, "message");
  const made = keep(message && "value" in message ? new type(String(message.value)) : new type());
  Object.defineProperty(made, "stack", { value: value.stack, writable: true, configurable: true });
  if (Object.hasOwn(value, "cause"))
    Object.defineProperty(made, "cause", {
      value: clone(value.cause, memory),
      writable: true,
      configurable: true,
    });
  return made;
}
