// monitor.ts: the library's main door: opens a machine, prepares images, creates VMs.
import type { ConsoleSink } from "../device/console.js";
import { discardOutput } from "../device/console-sinks.js";
import { ignoreHostFailure, type OnHostFailure } from "../device/host-failure.js";
import type { OpenOutboundClient } from "../device/outbound.js";
import { MayflyError } from "../errors.js";
import type { Image } from "../image/image.js";
import type { Machine, MachineHost, MachineKind } from "../machine/machine.js";
import { enterImage, loadImage } from "./boot.js";
import { type Attachments, assembleDevices } from "./devices.js";
import { Guest } from "./guest.js";
import { checkLimits, type LimitOptions } from "./limits.js";
import { type MachineChoice, type OpenedHost, openHost } from "./open-host.js";
import { type PreparedImage, prepareImage } from "./prepare.js";
import { type Snapshot, takenSnapshot } from "./snapshot.js";
import { Vm } from "./vm.js";
import type { VmParts } from "./vm-parts.js";

const MIB = 1 << 20;
const MOST_SPARE_VMS = 64;

export interface MonitorOptions {
  /** "kvm", "process" (a sandboxed process, for hosts without KVM), or "auto": KVM where it works. Default "auto". */
  machine?: MachineChoice;
  /**
   * On KVM, VMs that lie ready without memory or guest, so that the next one starts in less time. They are made while nobody waits, and
   * belong to no image. Default 0.
   */
  spareVms?: number;
}

export interface VmOptions {
  /** Memory in MiB, wall and CPU time in ms. */
  limits?: LimitOptions;
  /** The guest's arguments, joined by spaces: 8191 bytes at most. */
  args?: readonly string[];
  /** A back-end for each device that the manifest declares, by name. Once created, the VM owns and closes them. */
  devices?: Attachments;
  /** Where console output goes; dropped unless given. */
  console?: ConsoleSink;
  /**
   * Whether the guest is told of the exchange; true unless given. A guest that serves requests only by the exchange then
   * runs as on any other Solo5 monitor.
   */
  exchange?: boolean;
  /**
   * Sends the guest's requests to the outside: called for each request that the guest answers, once it wants to send one. Absent: it may
   * send none. Only for images without devices.
   */
  outbound?: OpenOutboundClient;
  /** Counts the guest memory touched, for `stats.touchedBytes` (a system call at the end; 0 without). */
  measureMemory?: boolean;
  /** Told of host errors that the guest sees only as a result code (EIO of a disk, say). */
  onHostFailure?: OnHostFailure;
}

/** What VMs from a snapshot may have of their own. Memory, arguments and manifest are the snapshot's. */
export interface SnapshotVmOptions extends Pick<VmOptions, "console" | "measureMemory" | "outbound"> {
  /** Wall and CPU time in ms. */
  limits?: Omit<LimitOptions, "memoryMiB">;
}

/**
 * Owns a machine host and the VMs made on it.
 *
 * @example
 * await using monitor = Monitor.open();
 * const image = await loadImage("hello.img");
 * await using vm = monitor.create(image, { console: descriptorSink(1) });
 * const { status } = await vm.run();
 */
export class Monitor implements AsyncDisposable {
  readonly #host: MachineHost;
  readonly #vms = new Set<Vm>();
  readonly #prepared = new WeakMap<Image, Map<number, PreparedImage>>();

  /** Why VMs do not run on KVM, in one sentence, when "auto" had to do without; else undefined. */
  readonly machineReason: string | undefined;

  private constructor({ host, reason }: OpenedHost) {
    this.#host = host;
    this.machineReason = reason;
  }

  /**
   * Opens the machine.
   *
   * @throws MayflyError MACHINE_UNAVAILABLE with the mend; OPTION_INVALID
   */
  static open(options: MonitorOptions = {}): Monitor {
    const { spareVms = 0 } = options;
    if (!Number.isSafeInteger(spareVms) || spareVms < 0 || spareVms > MOST_SPARE_VMS)
      throw new MayflyError(
        "OPTION_INVALID",
        `spareVms: got ${spareVms}, expected a whole number, 0 to ${MOST_SPARE_VMS}`,
      );
    return new Monitor(openHost(options.machine ?? "auto", spareVms));
  }

  /** What VMs run on. */
  get machine(): MachineKind {
    return this.#host.kind;
  }

  /** VMs that exist now. */
  get vms(): ReadonlySet<Vm> {
    return this.#vms;
  }

  /**
   * Creates a VM and loads the image into it; its first instruction is executed by `run` or `exchange`.
   *
   * @throws MayflyError DEVICE_MISSING, DEVICE_UNKNOWN, DEVICE_INVALID, MEMORY_INVALID, OPTION_INVALID; SystemCallError
   */
  create(image: Image, options: VmOptions = {}): Vm {
    const limits = checkLimits(options.limits);
    const prepared = this.#prepare(image, limits.memoryBytes);
    const offersExchange = options.exchange ?? true;
    if (options.outbound !== undefined && image.devices.length > 0)
      throw new MayflyError(
        "OPTION_INVALID",
        `outbound: ${image.name} has devices; requests to the outside are for images without any`,
      );
    const devices = assembleDevices(prepared, {
      attachments: options.devices ?? {},
      console: options.console ?? discardOutput,
      offersExchange,
      outbound: options.outbound,
      onHostFailure: options.onHostFailure ?? ignoreHostFailure,
    });
    const parts = {
      prepared,
      devices,
      limits,
      measureMemory: options.measureMemory ?? false,
      from: undefined,
    };
    return this.#make(parts, (machine) => {
      loadImage(machine, prepared, {
        commandLine: (options.args ?? []).join(" "),
        devices: devices.attached,
        tscHz: this.#host.tscHz,
        offersExchange,
        offersOutbound: options.outbound !== undefined,
      });
      devices.ring?.initialize(machine.memory);
      enterImage(machine, prepared);
    });
  }

  /**
   * Creates a VM in the state of a snapshot: it waits for its first request, and never boots. A guest that reads its clock finds that
   * it waited since the snapshot was taken.
   *
   * @param snapshot taken of a VM on the same kind of machine
   * @throws MayflyError SNAPSHOT_FOREIGN, OPTION_INVALID, MACHINE_UNAVAILABLE where KVM is older than Linux 5.16; SystemCallError
   * @example
   * const snapshot = await vm.snapshot();
   * await using twin = monitor.createFromSnapshot(snapshot, { limits: { cpuTimeMs: 50 } });
   * const { status } = await twin.exchange(request);
   */
  createFromSnapshot(snapshot: Snapshot, options: SnapshotVmOptions = {}): Vm {
    const from = takenSnapshot(snapshot, { machine: this.machine });
    const { prepared } = from;
    const limits = checkLimits({ ...options.limits, memoryMiB: prepared.space.memoryBytes / MIB });
    const devices = assembleDevices(prepared, {
      attachments: {},
      console: options.console ?? discardOutput,
      offersExchange: true,
      outbound: options.outbound,
      onHostFailure: ignoreHostFailure,
    });
    const parts = { prepared, devices, limits, measureMemory: options.measureMemory ?? false, from };
    return this.#make(parts, (machine, guest) => from.load({ machine, guest }));
  }

  /** Ends all VMs and gives the machine back. */
  async close(): Promise<void> {
    await Promise.all([...this.#vms].map((vm) => vm.close()));
    this.#host.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Makes a machine, fills it, and makes a VM of it. */
  #make(
    parts: Omit<VmParts, "machine" | "guest" | "stats" | "onClose">,
    fill: (machine: Machine, guest: Guest) => void,
  ): Vm {
    const started = performance.now();
    const machine = this.#host.create(parts.prepared.space);
    try {
      const created = performance.now();
      const guest = new Guest(machine, parts.prepared.image, parts.devices.answers);
      fill(machine, guest);
      const stats = { createMs: created - started, loadMs: performance.now() - created };
      const onClose = (): void => void this.#vms.delete(vm);
      const vm: Vm = new Vm({ ...parts, machine, guest, stats, onClose });
      this.#vms.add(vm);
      return vm;
    } catch (error) {
      void machine.close();
      throw error;
    }
  }

  #prepare(image: Image, memoryBytes: number): PreparedImage {
    const bySize = this.#prepared.get(image) ?? new Map<number, PreparedImage>();
    this.#prepared.set(image, bySize);
    const prepared = bySize.get(memoryBytes) ?? prepareImage(image, memoryBytes);
    bySize.set(memoryBytes, prepared);
    return prepared;
  }
}
