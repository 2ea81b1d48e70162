// define.ts: puts the web's names where Web IDL says: classes on the global object, members enumerable, everything with a tag.

/** Adds values as the language adds its own: writable, not enumerated. */
export function define(target: object, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    named(name, value);
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** A function is called what its users call it: the bundler, or another place in our code, may have another name for it. */
export function named(name: string, value: unknown): void {
  if (typeof value === "function" && value.name !== name)
    Object.defineProperty(value, "name", { value: name, configurable: true });
}

/** The tag that Object.prototype.toString shows. */
export function tag(target: object, name: string): void {
  Object.defineProperty(target, Symbol.toStringTag, { value: name, configurable: true });
}

type Class = abstract new (...values: never[]) => object;

/**
 * Makes a class one of the web's.
 *
 * @param mixin a class of ours whose members become the class's own: instances do not show that there is a base
 */
export function webClass(target: Class, name: string, mixin?: Class): void {
  const prototype = target.prototype as object;
  if (mixin !== undefined) {
    const members = Object.getOwnPropertyDescriptors(mixin.prototype as object);
    for (const [key, member] of Object.entries(members))
      if (key !== "constructor" && !Object.hasOwn(prototype, key))
        Object.defineProperty(prototype, key, member);
    Object.setPrototypeOf(prototype, Object.prototype);
  }
  for (const key of Object.getOwnPropertyNames(prototype))
    if (key !== "constructor") Object.defineProperty(prototype, key, { enumerable: true });
  for (const key of Object.getOwnPropertyNames(target))
    if (!["length", "name", "prototype"].includes(key))
      Object.defineProperty(target, key, { enumerable: true });
  named(name, target);
  tag(prototype, name);
}

/** Constants of a class, on it and on its prototype. */
export function constants(target: Class, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values))
    for (const place of [target, target.prototype as object])
      Object.defineProperty(place, name, { value, enumerable: true });
}
