// errors.ts: the errors that Mayfly throws. A guest's misdeeds are not here: they end one VM (monitor/end.ts).

/** What went wrong, for programs. One line each. */
export type ErrorCode =
  | "IMAGE_INVALID" // the file is not an image that Mayfly can run; the message names the field
  | "IMAGE_UNREADABLE" // the image file could not be opened or read
  | "DEVICE_MISSING" // the manifest declares a device that nobody attached
  | "DEVICE_UNKNOWN" // a device was attached that the manifest does not declare
  | "DEVICE_INVALID" // a device cannot be used as asked (size, sector size, MTU, MAC)
  | "OPTION_INVALID" // an option or a config field has a value outside its range
  | "CONFIG_INVALID" // a config file breaks its schema; the message lists every mistake
  | "MEMORY_INVALID" // the memory size does not fit the image or the machine
  | "MACHINE_UNAVAILABLE" // the machine asked for does not work on this host
  | "MACHINE_LOST" // what starts this machine's guests was ended from outside, and cannot be started again
  | "MACHINE_FAILED" // the machine stopped in a way that is nobody's misdeed (KVM internal error)
  | "SYSTEM_CALL" // a system call failed; `SystemCallError` has its name and errno
  | "BUILD_FAILED" // a compiler or linker refused the sources
  | "EXCHANGE_UNSUPPORTED" // the image does not speak the exchange
  | "SNAPSHOT_UNSUPPORTED" // this VM has devices whose state no snapshot holds
  | "SNAPSHOT_FOREIGN" // the snapshot is of another boot, machine or monitor
  | "VM_ENDED" // the VM is over; nothing can be asked of it
  | "VM_BUSY" // the VM is already running or serving an exchange
  | "FUNCTION_NOT_STARTED" // a function's modules or its warmUp failed, or the image is no function
  | "FUNCTION_THREW" // the handler threw
  | "FUNCTION_NO_RESPONSE" // the handler returned something else than a Response
  | "FUNCTION_NEVER_SETTLED" // the handler waits for something that never comes
  | "FUNCTION_OUT_OF_MEMORY" // the handler needs more memory than limits.memoryMiB
  | "FUNCTION_STACK_OVERFLOW" // the stack overflowed inside the engine
  | "FUNCTION_CPU_LIMIT" // the call used up its CPU time
  | "FUNCTION_WALL_LIMIT" // the call used up its wall time
  | "FUNCTION_BODY_LIMIT" // a body is longer than limits.bodyBytes
  | "FUNCTION_ENDED" // the call's VM ended in another way
  | "FUNCTION_BUSY" // too many calls wait for a VM of the function, or one waited for too long
  | "FUNCTION_CLOSED" // the function was closed
  | "OUTBOUND_REFUSED" // a function asked for an origin or an address that it may not reach
  | "OUTBOUND_LIMIT" // a function's requests to the outside used up their number, time or bytes
  | "OUTBOUND_FAILED" // the network or the other side failed a function's request
  | "ADDRESS_IN_USE"; // another program listens on the port

/**
 * An error with a code, one sentence a user understands, and the mend.
 *
 * @example
 * try { await Image.load("app.img"); } catch (error) {
 *   if (error instanceof MayflyError) console.error(error.code, error.message, error.mend);
 * }
 */
export class MayflyError extends Error {
  readonly code: ErrorCode;
  /** What the user can do about it: a sentence or a command. */
  readonly mend: string | undefined;
  /** What another program said, in its own words and lines: a compiler's output. */
  readonly details: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { mend?: string; details?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MayflyError";
    this.code = code;
    this.mend = options.mend;
    this.details = options.details;
  }
}
