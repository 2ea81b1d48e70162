// oracle.ts: pieces of code that a guest and this very Node run; Node's answers are the right ones.
import assert from "node:assert/strict";
import { functionTest, type Guest } from "./support.js";

type Asynchronous = new (code: string) => () => Promise<unknown>;
const AsyncFunction = (async () => {}).constructor as unknown as Asynchronous;

/** What both know: bytes to text and back, and how an outcome looks. */
const PRELUDE = `
  const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const attempt = async (work) => {
    try { return await work(); }
    catch (error) { return "throws " + error.constructor.name + " " + error.name; }
  };
`;

function wrapped(code: string): string {
  return `${PRELUDE} const run = async () => { ${code} }; return JSON.stringify([await attempt(run)]);`;
}

const HANDLER = `const AsyncFunction = (async () => {}).constructor;
export default {
  async fetch(request: Request) { return new Response(await new AsyncFunction(await request.text())()); },
};`;

/** Runs code in the guest. */
export async function inGuest(guest: Guest, code: string): Promise<unknown> {
  const { status, text } = await guest.post("/", wrapped(code));
  assert.equal(status, 200, text);
  return (JSON.parse(text) as unknown[])[0];
}

/** Runs the same here. */
export async function here(code: string): Promise<unknown> {
  return (JSON.parse((await new AsyncFunction(wrapped(code))()) as string) as unknown[])[0];
}

/** A test for guests that run what they are sent. */
export function guestTest(name: string, body: (guest: Guest) => Promise<void>): void {
  functionTest(name, HANDLER, (start) => body(start({ memoryMiB: 64 })));
}

/** Each piece of code, by what it is about, has the same result there and here. */
export function sameAsNode(name: string, cases: readonly (readonly [what: string, code: string])[]): void {
  guestTest(name, async (guest) => {
    const found: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const [what, code] of cases) {
      found[what] = await inGuest(guest, code);
      expected[what] = await here(code);
    }
    assert.deepEqual(found, expected);
  });
}
