// raw-guest.ts: functions whose guests speak the exchange without a runtime: what no handler does, a hostile image may do.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import * as exchange from "../../src/abi/exchange.js";
import { HVT_HYPERCALL_POLL, Poll } from "../../src/abi/hypercalls.js";
import { Function as FetchFunction, type FunctionOptions } from "../../src/index.js";
import { GuestProgram } from "../vm/support/guest-program.js";
import { machines } from "../vm/support/machines.js";

const FILLER_BYTES = 0x1_0000;

/** Answers requests by exchange hypercalls, one after the other. */
export class RawGuest extends GuestProgram {
  readonly #buffer = this.reserve(exchange.MAYFLY_EXCHANGE_BUFFER_MIN);
  readonly #filler = this.place(new Uint8Array(FILLER_BYTES).fill(0x61));

  next(): this {
    return this.#call(exchange.MAYFLY_EXCHANGE_NEXT);
  }

  /** Waits for a piece of the request's body. */
  read(): this {
    return this.#call(exchange.MAYFLY_EXCHANGE_READ);
  }

  /** The response's head and no more: "name\0value\0" for each header. */
  begin(status: number, headers = ""): this {
    return this.#call(exchange.MAYFLY_EXCHANGE_WRITE, { head: head(status, headers) });
  }

  /** A piece of the body: letters a. */
  write(bytes = FILLER_BYTES): this {
    return this.#call(exchange.MAYFLY_EXCHANGE_WRITE, { body: { at: this.#filler, length: bytes } });
  }

  /** A whole response, behind which it goes on. */
  end(status: number, body = "", headers = ""): this {
    const bytes = Buffer.from(body);
    return this.#call(exchange.MAYFLY_EXCHANGE_END, {
      head: head(status, headers),
      body: { at: this.place(bytes), length: bytes.length },
    });
  }

  /** Gives a response up that has begun, with these words, or with their first bytes and what lies behind them. */
  abandon(words: string, length?: number): this {
    const bytes = Buffer.from(words);
    return this.#call(exchange.MAYFLY_EXCHANGE_ABANDON, {
      body: { at: this.place(bytes), length: length ?? bytes.length },
    });
  }

  /** Waits for ever, or for some nanoseconds. */
  wait(timeout_nsecs = 2n ** 64n - 1n): this {
    return this.hypercall(HVT_HYPERCALL_POLL, this.struct(Poll, { timeout_nsecs }));
  }

  #call(operation: number, parts: { head?: Uint8Array; body?: { at: number; length: number } } = {}): this {
    const { head, body } = parts;
    const argument = this.struct(exchange.Exchange, {
      operation,
      head: head === undefined ? 0n : BigInt(this.place(head)),
      head_len: BigInt(head?.length ?? 0),
      body: BigInt(body?.at ?? 0),
      body_len: BigInt(body?.length ?? 0),
      buffer: BigInt(this.#buffer),
      buffer_len: BigInt(exchange.MAYFLY_EXCHANGE_BUFFER_MIN),
    });
    return this.out(exchange.MAYFLY_EXCHANGE_PIO, argument);
  }
}

function head(status: number, headers: string): Uint8Array {
  const strings = Buffer.from(headers, "latin1");
  const bytes = Buffer.alloc(exchange.ResponseHead.size + strings.length);
  const header_count = headers.split("\0").length >> 1;
  exchange.ResponseHead.write(bytes, { status, header_count, strings_len: strings.length, reserved: 0 });
  bytes.set(strings, exchange.ResponseHead.size);
  return bytes;
}

/** Limits that no test waits for: what hangs is a test that failed. */
const PATIENT = { wallTimeMs: 600_000, cpuTimeMs: 600_000 };

/** One test for each machine, of a function with room for a single VM. */
export function rawGuestTest(
  name: string,
  program: (guest: RawGuest) => RawGuest,
  body: (fn: FetchFunction, context: TestContext) => Promise<void>,
  options: FunctionOptions = {},
): void {
  for (const machine of machines) {
    test(`${machine.kind}: ${name}`, { skip: machine.skip, timeout: 10_000 }, async (context) => {
      const folder = await mkdtemp(join(tmpdir(), "mayfly-raw-guest-"));
      context.after(() => rm(folder, { recursive: true }));
      const file = join(folder, "raw.img");
      await writeFile(file, program(new RawGuest()).bytes());
      await using fn = await FetchFunction.load(file, {
        machine: machine.kind,
        maxVms: 1,
        verifyReset: true,
        ...options,
        limits: { ...PATIENT, ...options.limits },
      });
      await body(fn, context);
    });
  }
}
