// system-call-error.ts: a failed system call as a typed error: the call, its errno, and a hint.
import { MayflyError } from "../errors.js";

/** A system call of the host failed. */
export class SystemCallError extends MayflyError {
  /** The call, with what it was for: "open /dev/kvm". */
  readonly call: string;
  /** The errno's name: "EACCES". */
  readonly errno: string;

  constructor(call: string, errno: string, hint?: string) {
    super("SYSTEM_CALL", `${call} failed: ${errno}`, hint === undefined ? {} : { mend: hint });
    this.name = "SystemCallError";
    this.call = call;
    this.errno = errno;
  }
}
