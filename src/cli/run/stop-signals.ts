// stop-signals.ts: Ctrl-C and its kin end the guest, not the process; a second one ends the process at once.

/** What a shell expects of a process that a signal ended: 128 and its number. */
export const SIGNAL_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof SIGNAL_STATUS;

const signals = Object.keys(SIGNAL_STATUS) as StopSignal[];

/** Listens until it is disposed of. */
export class StopSignals implements Disposable {
  /** The one that came, if any. */
  received: StopSignal | undefined;
  readonly #listener: (signal: NodeJS.Signals) => void;

  /** @param stop called once */
  constructor(stop: () => void) {
    this.#listener = (signal) => {
      this[Symbol.dispose]();
      this.received = signal as StopSignal;
      stop();
    };
    for (const signal of signals) process.on(signal, this.#listener);
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }
}
