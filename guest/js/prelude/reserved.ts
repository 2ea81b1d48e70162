// reserved.ts: headers between the runtime and the host alone: no client's, and no handler's.

export function isReserved(name: string): boolean {
  return name.startsWith("mayfly-");
}

/** Names and values in turn, without those. */
export function withoutReserved(flat: readonly string[]): readonly string[] {
  return flat.some(isReserved) ? flat.filter((_, at) => !isReserved(flat[at - (at % 2)]!)) : flat;
}
