// define.ts: adds the web's names to the global object, as the language adds its own: writable, not enumerated.

export function define(target: object, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}
