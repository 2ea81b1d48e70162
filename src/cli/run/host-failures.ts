// host-failures.ts: tells of host errors that the guest sees only as a result code, a few of them: a guest could cause any number.

const TOLD_MOST = 5;

export class HostFailures {
  /** All that happened. */
  count = 0;
  readonly #tell: (line: string) => void;

  /** @param tell takes one line */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** To be told of failures. */
  readonly listener = (error: unknown, what: string): void => {
    this.count++;
    if (this.count > TOLD_MOST) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#tell(`${what}: ${reason}${this.count === TOLD_MOST ? " (more will not be told)" : ""}`);
  };
}
