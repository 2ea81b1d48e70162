// guest-fault.ts: what a guest did wrong. Thrown below the monitor, caught by it: ends that VM alone.

export type GuestFaultReason =
  | "bad-pointer" // a hypercall argument names memory that the guest may not use so
  | "bad-hypercall" // a port, width, handle or operation that does not exist
  | "exception" // a CPU exception that the guest has no handler for
  | "triple-fault" // an exception whose handler, and then the double fault's, could not be entered
  | "privileged-instruction" // an instruction that no guest may execute and that is not emulated
  | "memory-limit" // it touched memory behind the end of its own
  | "exchange-violation"; // the exchange's protocol was broken

/** A guest's misdeed. Not an error of Mayfly's: the VM's end tells it (reason, sentence, address). */
export class GuestFault extends Error {
  readonly reason: GuestFaultReason;
  /** The address at the heart of it, when there is one. */
  readonly address: bigint | undefined;

  constructor(reason: GuestFaultReason, message: string, address?: bigint) {
    super(message);
    this.name = "GuestFault";
    this.reason = reason;
    this.address = address;
  }
}
