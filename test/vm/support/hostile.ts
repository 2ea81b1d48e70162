// hostile.ts: random guests: numbers at the edges, hypercalls with spoilt arguments, code that nobody wrote. All from one seed.
import fc from "fast-check";
import { Exchange, MAYFLY_EXCHANGE_PIO } from "../../../src/abi/exchange.js";
import * as abi from "../../../src/abi/hypercalls.js";
import { HVT_RING_KICK_PIO_BASE } from "../../../src/abi/net-ring.js";
import { MAYFLY_OUTBOUND_PIO, Outbound } from "../../../src/abi/outbound.js";
import type { Fields, Struct } from "../../../src/abi/struct.js";

/** Every run does the same; set MAYFLY_FUZZ_SEED for other cases. fast-check prints the seed of a failure. */
export const SEED = Number(process.env.MAYFLY_FUZZ_SEED ?? 20_261_122);

/** Memory of the guests that are made here. */
export const MEMORY_BYTES = 4 << 20;

const edges = [
  0n,
  1n,
  2n,
  3n,
  14n,
  16n,
  512n,
  1514n,
  4096n,
  0xfffn,
  65_536n,
  0x8_0000n,
  0x10_0000n,
  0x10_0ff8n,
  0x20_0000n,
  0x20_1000n,
  0x20_1ff0n,
  BigInt(MEMORY_BYTES) - 8n,
  BigInt(MEMORY_BYTES),
  0xffff_ffffn,
  2n ** 32n,
  2n ** 47n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Edges and their neighbors, addresses of the guest's data, anything. */
export const word = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...edges) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...edges.flatMap((edge) => [BigInt.asUintN(64, edge - 1n), edge + 1n])),
  },
  { weight: 4, arbitrary: fc.bigInt({ min: 0x20_0000n, max: 0x20_3000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
);

/** A hypercall with an argument struct whose fields are all random. */
export interface HostileCall {
  readonly port: number;
  /** The argument struct's bytes. */
  readonly argument: Uint8Array;
  /** Where it lies, or undefined: somewhere good. */
  readonly at: number | undefined;
}

const layouts: readonly (readonly [port: number, layout: Struct<Fields>])[] = [
  [abi.HVT_HYPERCALL_WALLTIME, abi.Walltime],
  [abi.HVT_HYPERCALL_PUTS, abi.Puts],
  [abi.HVT_HYPERCALL_POLL, abi.Poll],
  [abi.HVT_HYPERCALL_BLOCK_WRITE, abi.BlockWrite],
  [abi.HVT_HYPERCALL_BLOCK_READ, abi.BlockRead],
  [abi.HVT_HYPERCALL_NET_WRITE, abi.NetWrite],
  [abi.HVT_HYPERCALL_NET_READ, abi.NetRead],
].map(
  ([number, layout]) => [abi.HVT_HYPERCALL_PIO_BASE + (number as number), layout as Struct<Fields>] as const,
);

const withArguments = [
  ...layouts,
  [MAYFLY_EXCHANGE_PIO, Exchange as unknown as Struct<Fields>] as const,
  [MAYFLY_OUTBOUND_PIO, Outbound as unknown as Struct<Fields>] as const,
  [HVT_RING_KICK_PIO_BASE, abi.Walltime as unknown as Struct<Fields>] as const,
];

/** A body and a buffer that any guest may give. */
const GOOD = { body: 0x20_0000n, body_len: 100n, buffer: 0x21_0000n, buffer_len: 0x1_0000n };
const RESPONSE = { at: 0x22_0000, bytes: Uint8Array.of(200, ...new Array(15).fill(0)) };
const REQUEST = {
  at: 0x22_0100,
  bytes: Uint8Array.of(
    ...new Array(8).fill(0),
    15,
    ...new Array(7).fill(0),
    ...Buffer.from("POST\0http://a/\0"),
  ),
};
const GOOD_HEADS = {
  response: { head: BigInt(RESPONSE.at), head_len: BigInt(RESPONSE.bytes.length) },
  request: { head: BigInt(REQUEST.at), head_len: BigInt(REQUEST.bytes.length) },
};

/** Puts heads that are right in themselves where hostile calls find them. */
export function placeHeads(memory: Uint8Array): void {
  for (const { at, bytes } of [RESPONSE, REQUEST]) memory.set(bytes, at);
}

export const hostileCall: fc.Arbitrary<HostileCall> = fc
  .record({
    which: fc.constantFrom(...withArguments),
    words: fc.array(word, { minLength: 10, maxLength: 10 }),
    at: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: word.map((value) => Number(value & 0xffff_ffffn)) },
    ),
  })
  .map(({ which: [port, layout], words, at }) => {
    const argument = new Uint8Array(layout.size);
    new BigUint64Array(argument.buffer, 0, layout.size >> 3).set(words.slice(0, layout.size >> 3));
    // An operation that exists, most of the time: what lies behind it is to be tried, too. So with head and buffer, half of the time.
    const good = words[7]! % 2n === 0n;
    if (port === MAYFLY_EXCHANGE_PIO) {
      argument.set([Number(words[9]! % 7n), 0, 0, 0]);
      if (good) Exchange.write(argument, { ...Exchange.read(argument), ...GOOD, ...GOOD_HEADS.response });
    }
    if (port === MAYFLY_OUTBOUND_PIO) {
      argument.set([Number(words[9]! % 6n), 0, 0, 0, Number(words[8]! % 3n), 0, 0, 0]);
      if (good) Outbound.write(argument, { ...Outbound.read(argument), ...GOOD, ...GOOD_HEADS.request });
    }
    return { port, argument, at };
  });

const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max });
const random32 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((four) => [...four]);
const plausible32 = word.map((value) =>
  [0, 8, 16, 24].map((shift) => Number((value >> BigInt(shift)) & 0xffn)),
);

const oneOf = (...codes: number[][]): fc.Arbitrary<number[]> => fc.constantFrom(...codes);

/** Instructions that leave the guest, or change what it believes to be. Operands are random where they have some. */
const snippet: fc.Arbitrary<number[]> = fc.oneof(
  bytes(1, 15).map((some) => [...some]),
  plausible32.map((value) => [0xb8, ...value]), // mov eax, …
  plausible32.map((value) => [0xb9, ...value]), // mov ecx, …
  plausible32.map((value) => [0xba, ...value]), // mov edx, …
  plausible32.map((value) => [0xbc, ...value]), // mov esp, …
  fc.integer({ min: 0x500, max: 0x509 }).map((port) => [0x66, 0xba, port & 0xff, port >> 8, 0xef]),
  fc.constantFrom(0x600, 0x700, 0x701).map((port) => [0x66, 0xba, port & 0xff, port >> 8, 0xef]),
  oneOf([0x0f, 0x30], [0x0f, 0x32], [0xcf], [0x48, 0xcf], [0xcb], [0x48, 0xcb], [0xfa], [0xfb]),
  oneOf([0xcc], [0xcd, 0x80], [0xcd, 0x08], [0xf1], [0x0f, 0x0b], [0x0f, 0x05], [0x0f, 0x34], [0x9d]),
  oneOf([0x0f, 0x01, 0xf8], [0x0f, 0x20, 0xc0], [0x0f, 0x22, 0xd8], [0x0f, 0x09], [0x0f, 0xa2]),
  oneOf([0xb9, 0x00, 0x01, 0x00, 0xc0], [0xb9, 0x01, 0x01, 0x00, 0xc0], [0x9c, 0x58], [0x50, 0x9d]),
  plausible32.map((address) => [0x0f, 0x01, 0x1c, 0x25, ...address]), // lidt
  plausible32.map((address) => [0x0f, 0x01, 0x14, 0x25, ...address]), // lgdt
  plausible32.map((address) => [0x0f, 0x00, 0x1c, 0x25, ...address]), // ltr
  plausible32.map((address) => [0x89, 0x04, 0x25, ...address]), // mov [address], eax
  random32.map((distance) => [0xe8, ...distance.slice(0, 1), 0, 0, 0]), // call, near by
  oneOf([0x64, 0x8b, 0x00], [0x65, 0x8b, 0x00], [0x8e, 0xd8], [0x8e, 0xe0], [0x8e, 0xd0], [0x6f], [0x6d]),
);

/** Machine code of a few dozen instructions. */
export const hostileCode: fc.Arbitrary<Uint8Array> = fc
  .array(snippet, { minLength: 1, maxLength: 40 })
  .map((snippets) => Uint8Array.from(snippets.flat()));

/** A change to a file: a value of some bytes at a place. */
export const change = fc.record({
  at: fc.oneof({ weight: 5, arbitrary: fc.nat(64 + 10 * 56) }, { weight: 2, arbitrary: fc.nat(0x3000) }),
  size: fc.constantFrom(1, 2, 4, 8),
  value: word,
});

/** The bytes with the changes made. */
export function spoil(
  original: Uint8Array,
  changes: readonly { at: number; size: number; value: bigint }[],
): Uint8Array {
  const spoilt = original.slice();
  for (const { at, size, value } of changes)
    for (let i = 0; i < size && at + i < spoilt.length; i++)
      spoilt[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return spoilt;
}
