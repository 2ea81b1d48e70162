// struct.ts: C structs as data: names and fields in C order; offsets, sizes and TypeScript types follow. No I/O.
//
//   const Poll = struct("hvt_hc_poll", { timeout_nsecs: u64, ready_set: u64, ret: i32 }, { size: 24 });
//   Poll.offset.ready_set      // 8
//   Poll.read(bytes).ret       // number
//   Poll.write(bytes, { ret: 0 });

/** How one C type lies in memory, little-endian (x86-64 System V ABI, section 3.1.2). */
export interface FieldType<T> {
  readonly size: number;
  readonly align: number;
  get(view: DataView, at: number): T;
  set(view: DataView, at: number, value: T): void;
}

export const u8: FieldType<number> = scalar(1, "getUint8", "setUint8");
export const u16: FieldType<number> = scalar(2, "getUint16", "setUint16");
export const u32: FieldType<number> = scalar(4, "getUint32", "setUint32");
export const i32: FieldType<number> = scalar(4, "getInt32", "setInt32");
export const u64: FieldType<bigint> = scalar(8, "getBigUint64", "setBigUint64");
/** A guest-physical address as the guest wrote it: not yet checked. */
export const gpa: FieldType<bigint> = u64;

/** `type name[length]` of bytes. */
export function bytes(length: number): FieldType<Uint8Array> {
  return {
    size: length,
    align: 1,
    get: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, length).slice(),
    set: (view, at, value) => new Uint8Array(view.buffer, view.byteOffset + at, length).set(value),
  };
}

type Getter = "getUint8" | "getUint16" | "getUint32" | "getInt32" | "getBigUint64";
type Setter = "setUint8" | "setUint16" | "setUint32" | "setInt32" | "setBigUint64";

function scalar<T>(size: number, get: Getter, set: Setter): FieldType<T> {
  return {
    size,
    align: size,
    get: (view, at) => (view[get] as (at: number, little: boolean) => T).call(view, at, true),
    set: (view, at, value) =>
      (view[set] as (at: number, value: T, little: boolean) => void).call(view, at, value, true),
  };
}

export type Fields = Record<string, FieldType<unknown>>;
export type Values<F extends Fields> = { [K in keyof F]: F[K] extends FieldType<infer T> ? T : never };

/** A struct's layout. Hot paths use `offset` with a long-lived DataView; the rest uses `read` and `write`. */
export interface Struct<F extends Fields> {
  /** The C name. */
  readonly name: string;
  /** sizeof, bytes. */
  readonly size: number;
  readonly align: number;
  /** offsetof each field, bytes. */
  readonly offset: { readonly [K in keyof F]: number };
  readonly fields: F;
  read(from: Uint8Array, at?: number): Values<F>;
  /** Writes the fields given; the others keep their bytes. */
  write(into: Uint8Array, values: Partial<Values<F>>, at?: number): void;
}

/** The same bytes as numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Describes a C struct.
 *
 * @param name the C name, without `struct`
 * @param fields in C order
 * @param expected.size sizeof in bytes, asserted at once
 */
export function struct<F extends Fields>(name: string, fields: F, expected: { size: number }): Struct<F> {
  const offset: Record<string, number> = {};
  let end = 0;
  let align = 1;
  for (const [field, type] of Object.entries(fields)) {
    end = roundUp(end, type.align);
    offset[field] = end;
    end += type.size;
    align = Math.max(align, type.align);
  }
  const size = roundUp(end, align);
  if (size !== expected.size) throw new Error(`struct ${name}: got ${size} bytes, expected ${expected.size}`);
  const entries = Object.entries(fields);
  return {
    name,
    size,
    align,
    offset: offset as { [K in keyof F]: number },
    fields,
    read(from, at = 0) {
      const view = new DataView(from.buffer, from.byteOffset + at, size);
      const values: Record<string, unknown> = {};
      for (const [field, type] of entries) values[field] = type.get(view, offset[field]!);
      return values as Values<F>;
    },
    write(into, values, at = 0) {
      const view = new DataView(into.buffer, into.byteOffset + at, size);
      for (const [field, type] of entries) {
        const value = values[field];
        if (value !== undefined) type.set(view, offset[field]!, value);
      }
    },
  };
}

/** Rounds up to a multiple of a power of two. */
export function roundUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}
