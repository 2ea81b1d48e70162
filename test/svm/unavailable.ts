// unavailable.ts: the error that says what this host lacks for a run under emulation, and the mend.

/** Something that comes from outside the project cannot be had here. */
export class Unavailable extends Error {
  /** One command or sentence. */
  readonly mend: string | undefined;

  constructor(message: string, mend?: string) {
    super(message);
    this.name = "Unavailable";
    this.mend = mend;
  }
}
