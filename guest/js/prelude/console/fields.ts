// fields.ts: names of classes, and the fields of an object that a person wants to see.

/** An object's class as its constructor names it; the tag beside it where the two differ. */
export function className(value: object): string {
  let prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return "[Object: null prototype]";
  let name = "Object";
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object | null) {
    const made: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
    if (typeof made === "function" && made.name !== "") {
      name = made.name;
      break;
    }
  }
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === "string" && tag !== "" && tag !== name && name !== "Object"
    ? `${name} [${tag}]`
    : tagged(name, tag);
}

function tagged(name: string, tag: unknown): string {
  return name === "Object" && typeof tag === "string" && tag !== "" ? `Object [${tag}]` : name;
}

/** Enumerable fields of the object's own, by name and by symbol. */
export function fieldsOf(value: object, skipIndices: boolean): [string | symbol, PropertyDescriptor][] {
  const found: [string | symbol, PropertyDescriptor][] = [];
  for (const key of Reflect.ownKeys(value)) {
    if (skipIndices && typeof key === "string" && /^\d+$/.test(key)) continue;
    const field = Object.getOwnPropertyDescriptor(value, key);
    if (field?.enumerable) found.push([key, field]);
  }
  return found;
}

export function keyText(key: string | symbol): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
