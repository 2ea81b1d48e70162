// at-hand.ts: takes from a stream what is there already, without waiting for what is not. For small responses.

export interface AtHand {
  readonly pieces: readonly Uint8Array[];
  /** Bytes of the pieces. */
  readonly length: number;
  /** The next piece, still on its way; nothing when the pieces are all there is. */
  readonly next: Promise<IteratorResult<Uint8Array, void>> | undefined;
}

/**
 * Takes pieces until one is not there at once, or until there are `enoughBytes`.
 *
 * @throws what the stream throws, when that is there at once
 */
export async function takeAtHand(
  stream: AsyncIterator<Uint8Array, void>,
  enoughBytes: number,
): Promise<AtHand> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < enoughBytes) {
    const next = stream.next();
    const result = await Promise.race([next, afterPromises()]);
    if (result === undefined) return { pieces, length, next: heard(next) };
    if (result.done === true) return { pieces, length, next: undefined };
    pieces.push(result.value);
    length += result.value.length;
  }
  return { pieces, length, next: heard(stream.next()) };
}

/** Whoever asked may leave before the piece comes: what it fails with then concerns nobody, and must not end the process. */
function heard<T>(next: Promise<T>): Promise<T> {
  next.catch(() => {});
  return next;
}

/** Resolves when everything that waits for nothing but other promises has had its turn. */
function afterPromises(): Promise<undefined> {
  return new Promise((resolve) => process.nextTick(resolve, undefined));
}
