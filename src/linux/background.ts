// background.ts: system calls on threads of libuv's pool, as many at a time as do any good; the others wait their turn.

/** libuv has four threads unless told otherwise (UV_THREADPOOL_SIZE), and koffi takes no more than 256 calls. */
const MOST_AT_ONCE = 64;

type Begin = (done: () => void) => void;

let running = 0;
const waiting: Begin[] = [];

/**
 * Makes a call when there is room for it.
 *
 * @param begin makes it, and calls `done` when it has returned
 * @returns resolves then
 */
export function inBackground(begin: Begin): Promise<void> {
  return new Promise((resolve) => {
    waiting.push((done) =>
      begin(() => {
        done();
        resolve();
      }),
    );
    beginNext();
  });
}

function beginNext(): void {
  while (running < MOST_AT_ONCE) {
    const begin = waiting.shift();
    if (begin === undefined) return;
    running++;
    begin(() => {
      running--;
      beginNext();
    });
  }
}
