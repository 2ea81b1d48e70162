// hello-calls.ts: calls of the hello function, each timed and its answer checked.
import type { Function as FetchFunction } from "../src/index.js";

export const HELLO_URL = "http://localhost/hello";
export const HELLO_ANSWER = "Hello, world!\n";

/** Calls back to back: each pays for the reset behind the one before. ms. */
export async function callHello(fn: FetchFunction, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const response = await fn.fetch(new Request(HELLO_URL));
    checkHello(await response.text());
    times.push(performance.now() - start);
  }
  return times;
}

/** So many calls, as many at a time as are asked for. */
export async function callHelloAtOnce(fn: FetchFunction, count: number, atOnce: number): Promise<number[]> {
  const each = Math.ceil(count / atOnce);
  return (await Promise.all(Array.from({ length: atOnce }, () => callHello(fn, each)))).flat();
}

/** Whoever answers must answer as the handler does. */
export function checkHello(text: string): void {
  if (text !== HELLO_ANSWER)
    throw new Error(`hello: got ${JSON.stringify(text)}, expected ${JSON.stringify(HELLO_ANSWER)}`);
}
