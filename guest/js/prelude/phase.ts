// phase.ts: whether a request has come. Before that a function starts, and what it does then is kept for all requests.

let isStarting = true;

export function beginRequests(): void {
  isStarting = false;
}

/** @throws TypeError while the function starts: what comes in from outside would be every request's */
export function expectRequest(what: string): void {
  if (isStarting)
    throw new TypeError(`${what}: expected a request first: a function that starts may send none`);
}
