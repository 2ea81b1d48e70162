// snapshot.ts: the state of a VM that waits for a request: memory, CPU, what the guest believes to own, and where it waits.
import { isDeepStrictEqual } from "node:util";
import { MayflyError } from "../errors.js";
import type { Machine, MachineKind } from "../machine/machine.js";
import { differenceOf } from "../machine/machine-state.js";
import type { ExchangeDevice } from "./exchange/exchange-device.js";
import type { Guest, GuestState } from "./guest.js";
import { MemorySnapshot } from "./memory-snapshot.js";
import type { PreparedImage } from "./prepare.js";

/**
 * The state of a VM at one moment. Made by `Vm.snapshot`; `Vm.reset` puts the VM back to it, and `Monitor.createFromSnapshot`
 * starts further VMs in it. It is plain memory: nothing has to be closed.
 */
export interface Snapshot {
  /** What its VMs run on. */
  readonly machine: MachineKind;
  /** The image's name. */
  readonly image: string;
  /** Guest memory of its VMs, bytes. */
  readonly memoryBytes: number;
  /** Its pages that are not zeros, bytes. Where the guest can only read them, they are the image's own. */
  readonly bytes: number;
  /** What each reset copies: those of its pages that the guest can change, bytes. */
  readonly resetBytes: number;
}

export interface ResetOptions {
  /** Compares every byte of the guest's state with the snapshot afterwards: milliseconds, for tests and for the wary. Default false. */
  verify?: boolean;
}

/** The parts of a VM that have state. */
export interface Restorable {
  readonly machine: Machine;
  readonly guest: Guest;
  readonly exchange: ExchangeDevice;
}

/** A snapshot with its content, which is the monitor's business alone. */
export class TakenSnapshot implements Snapshot {
  readonly prepared: PreparedImage;
  /** Equal for all VMs that come from one boot. Only they differ in nothing that a reset leaves alone. */
  readonly origin: object;
  readonly #memory: MemorySnapshot;
  readonly #guest: GuestState;
  /** Where the argument of the NEXT lies in which the guest waits. */
  readonly #next: number;

  /** Takes the state of a VM whose guest waits for a request. */
  constructor({ machine, guest, exchange }: Restorable, prepared: PreparedImage, origin: object) {
    this.prepared = prepared;
    this.origin = origin;
    this.#next = exchange.argumentAddress;
    // The CPU first: what it still has to do of its last exit must be in the memory that is copied.
    this.#guest = guest.saveState();
    this.#memory = MemorySnapshot.take(machine, prepared.space, prepared.contents);
  }

  get machine(): MachineKind {
    return this.#guest.cpu.kind;
  }

  get image(): string {
    return this.prepared.image.name;
  }

  get memoryBytes(): number {
    return this.prepared.space.memoryBytes;
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  get resetBytes(): number {
    return this.#memory.restoredBytes;
  }

  /** Fills a new VM. Then `exchange` waits in `wait`. */
  load({ machine, guest }: Omit<Restorable, "exchange">): void {
    this.#memory.load(machine);
    guest.restoreState(this.#guest);
  }

  /** Makes the guest of a new VM wait for its request. */
  wait({ machine, exchange }: Omit<Restorable, "guest">): void | Promise<void> {
    return exchange.resume(machine.memory, this.#next);
  }

  /** Puts a VM back whose guest waits for a request. */
  restore({ machine, guest, exchange }: Restorable): void {
    this.#memory.restore(machine);
    guest.restoreState(this.#guest);
    exchange.moveWait(machine.memory, this.#next);
  }

  /**
   * Compares every byte of a VM just put back.
   *
   * @throws Error when something differs: a bug of Mayfly's
   */
  verify({ machine, guest }: Restorable): void {
    this.#memory.verify(machine);
    const { cpu, privileged } = guest.saveState();
    if (!isDeepStrictEqual(privileged, this.#guest.privileged))
      throw new Error("reset: what the guest believes to own at ring 0 differs");
    const difference = differenceOf(cpu, this.#guest.cpu);
    if (difference !== undefined) throw new Error(`reset: the CPU's state differs: ${difference}`);
  }
}

/** The content of a snapshot that must fit a VM of this origin, or a machine of this kind. */
export function takenSnapshot(
  snapshot: Snapshot,
  fits: { readonly origin?: object; readonly machine?: MachineKind },
): TakenSnapshot {
  if (!(snapshot instanceof TakenSnapshot)) throw foreign("it was not made by snapshot()");
  if (fits.machine !== undefined && snapshot.machine !== fits.machine)
    throw foreign(`got one of the ${snapshot.machine} machine, expected one of ${fits.machine}`);
  if (fits.origin !== undefined && snapshot.origin !== fits.origin)
    throw foreign("got one that comes from another boot than this VM, expected one from the same");
  return snapshot;
}

function foreign(why: string): MayflyError {
  return new MayflyError("SNAPSHOT_FOREIGN", `the snapshot does not fit: ${why}`, {
    mend: "take it of the VM that is reset, or create the VM by createFromSnapshot",
  });
}
