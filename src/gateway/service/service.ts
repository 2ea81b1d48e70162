// service.ts: what `mayfly serve` runs, as a value: workers that serve a configuration, replaced, reloaded and drained without losing a request.
import { MayflyError } from "../../errors.js";
import { kvmMend } from "../../machine/kvm/device-access.js";
import type { MachineKind } from "../../machine/machine.js";
import { Monitor } from "../../monitor/monitor.js";
import type { MachineChoice } from "../../monitor/open-host.js";
import { type LoadedConfig, type LoadOptions, loadServeConfig } from "../config/load-config.js";
import type { Overrides } from "../config/place.js";
import type { RouteConfig, ServeConfig } from "../config/serve-config.js";
import { outOfDate } from "../http/certificate.js";
import { Supervisor } from "../workers/supervisor.js";
import type { SupervisorEvent } from "../workers/supervisor-event.js";
import { buildMistakes } from "./build-functions.js";
import { planWorkers, type ServicePlan } from "./plan-workers.js";
import { ServiceAdmin } from "./service-admin.js";
import { SourceWatch } from "./source-watch.js";
import type { GatewayWorkerConfig, LogStyle } from "./worker-config.js";

/** What a service tells of itself. */
export type ServiceEvent =
  | SupervisorEvent
  /** Files have changed, or somebody asked: all is loaded anew. `changed` is one of them. */
  | { kind: "reloading"; changed?: string }
  /** The configuration says something that only a new start can do. */
  | { kind: "needs-restart"; field: string }
  /** Clients will refuse what they are shown. */
  | { kind: "certificate-out-of-date"; file: string; reason: string };

export interface ServiceOptions {
  /** What goes before the configuration's own fields. */
  readonly overrides?: Overrides;
  /** What VMs run on. Default "auto". */
  readonly machine?: MachineChoice;
  /** Whether VMs may run on the process machine: only a process boundary holds them. Default false. */
  readonly allowProcessIsolation?: boolean;
  /** How workers log. Default: JSON. */
  readonly log?: LogStyle;
  /** Gets whole lines of the workers' logs; absent: they go to this process's standard output. */
  readonly onLog?: (lines: string) => void;
  readonly onEvent?: (event: ServiceEvent) => void;
  /** Told of a step that takes long while functions are built. */
  readonly onSlowStep?: (what: string) => void;
}

interface Machine {
  readonly kind: MachineKind;
  /** Why it is not KVM, when it was chosen by itself. */
  readonly reason: string | undefined;
}

interface Loaded {
  readonly config: ServeConfig;
  readonly plan: ServicePlan;
  /** Files and folders on which all that depends. */
  readonly sources: readonly string[];
}

/**
 * Serves a configuration with worker processes, behind walls of their own.
 *
 * @example
 * await using service = await Service.start("mayfly.config.ts");
 * process.on("SIGHUP", () => service.reload());
 */
export class Service implements AsyncDisposable {
  /** What VMs run on, and why it is not KVM, when it was chosen by itself. */
  readonly machine: Machine;
  /** Where health, metrics and the dashboard are; undefined where the configuration has no such place. */
  readonly adminUrl: string | undefined;
  readonly #what: string;
  readonly #options: ServiceOptions;
  readonly #admin: ServiceAdmin | undefined;
  readonly #watch: SourceWatch;
  #config: ServeConfig;
  #supervisor: Supervisor<GatewayWorkerConfig> | undefined;
  /** The reload under way, and the one that is to follow it. */
  #reloading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #endPause = (): void => {};

  private constructor(parts: {
    what: string;
    options: ServiceOptions;
    machine: Machine;
    config: ServeConfig;
    admin: ServiceAdmin | undefined;
    adminUrl: string | undefined;
  }) {
    this.#what = parts.what;
    this.#options = parts.options;
    this.machine = parts.machine;
    this.#config = parts.config;
    this.#admin = parts.admin;
    this.adminUrl = parts.adminUrl;
    this.#watch = new SourceWatch((changed) => void this.#reload(changed).catch(() => {}));
  }

  /**
   * Builds all functions, starts the workers, and listens when all of them are ready.
   *
   * @param what a handler, a directory of handlers, or a configuration
   * @throws MayflyError CONFIG_INVALID with every mistake, MACHINE_UNAVAILABLE, ADDRESS_IN_USE, OPTION_INVALID
   */
  static async start(what: string, options: ServiceOptions = {}): Promise<Service> {
    const loaded = await loadServeConfig(what, loadOptions(options));
    const machine = await chooseMachine(options);
    const { admin: address } = loaded.config;
    // First of all: that the process lives can be asked while functions are built.
    const admin = address && new ServiceAdmin();
    const adminUrl = address && (await admin?.listen(address));
    const { config } = loaded;
    const service = new Service({ what, options, machine, config, admin, adminUrl });
    try {
      await service.#start(loaded);
      return service;
    } catch (error) {
      await service.close(0);
      throw error;
    }
  }

  /** Where it listens: "http://127.0.0.1:8080". */
  get url(): string {
    return this.#supervisor?.url ?? "";
  }

  /** The paths that it answers. */
  get routes(): readonly RouteConfig[] {
    return this.#config.routes;
  }

  /** Process ids of the workers. */
  get pids(): readonly (number | undefined)[] {
    return this.#supervisor?.pids ?? [];
  }

  /** Connections on which something is under way. */
  get busyConnections(): number {
    return this.#supervisor?.busyConnections ?? 0;
  }

  /**
   * Loads everything anew: configuration, secrets, handlers. New workers take over when all of them are ready; the old ones end when their
   * requests have. While one reload is under way, all further calls are one that follows it.
   *
   * @throws what kept the new workers from being ready: then the old ones go on
   */
  reload(): Promise<void> {
    return this.#reload(undefined);
  }

  /**
   * Stops to listen and lets requests under way end. A second call may shorten the time that they have.
   *
   * @param graceMs how long that is; unless given, it and how long requests are still taken before is what the configuration says
   */
  async close(graceMs?: number): Promise<void> {
    await this.#watch.close();
    const { drainMs, drainDelayMs } = this.#config;
    if (graceMs === undefined && drainDelayMs > 0) {
      this.#supervisor?.leave();
      await this.#pause(drainDelayMs);
    } else this.#endPause();
    await this.#supervisor?.close(graceMs ?? drainMs);
    await this.#admin?.[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves after a time, or when another call of `close` has none to lose. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #start(from: LoadedConfig): Promise<void> {
    const { plan, sources } = await this.#plan(from);
    const { tls, host, port } = this.#config.listen;
    const { onLog, log } = this.#options;
    this.#supervisor = await Supervisor.start({
      ...plan.workers,
      listen: { host, port },
      scheme: tls === undefined ? "http" : "https",
      onEvent: (event) => this.#tell(event),
      onNews: (worker, news) => this.#admin?.onNews(worker, news),
      onGone: (worker, farewell) => this.#admin?.onGone(worker, farewell),
      ...(onLog !== undefined && { onOutput: onLog }),
      // Else its lines would stand raw in a log of JSON.
      tellsErrorOutput: log?.json === true,
    });
    this.#admin?.show(this.#supervisor);
    if (this.#config.watch) await this.#watch.follow(sources);
  }

  #reload(changed: string | undefined): Promise<void> {
    if (this.#reloading === undefined) {
      this.#reloading = this.#reloadNow(changed).finally(() => {
        this.#reloading = undefined;
      });
      return this.#reloading;
    }
    this.#next ??= this.#reloading
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#reload(changed);
      });
    return this.#next;
  }

  async #reloadNow(changed: string | undefined): Promise<void> {
    this.#tell({ kind: "reloading", ...(changed !== undefined && { changed }) });
    let loaded: Loaded;
    try {
      loaded = await this.#plan(await loadServeConfig(this.#what, loadOptions(this.#options)));
    } catch (error) {
      // What mends it may be a file that was not there before.
      this.#watch.followAll();
      this.#tell({ kind: "reload-failed", error });
      throw error;
    }
    // Whether or not its workers can load: what mends them is one of these.
    await this.#watch.follow(loaded.config.watch ? loaded.sources : []);
    await this.#supervisor?.reload(loaded.plan.workers);
    for (const field of fixedFields(this.#config, loaded.config))
      this.#tell({ kind: "needs-restart", field });
    // Where it listens has not changed, whatever is written there.
    const { listen, admin } = this.#config;
    this.#config = { ...loaded.config, listen, admin };
  }

  async #plan({ config, sources }: LoadedConfig): Promise<Loaded> {
    const { log = { json: true, colors: false }, onSlowStep } = this.#options;
    const plan = await planWorkers(config, {
      machine: this.machine.kind,
      log,
      ...(onSlowStep !== undefined && { onSlowStep }),
    });
    await this.#lookAtCertificate(config);
    return { config, plan, sources: [...sources, ...plan.inputs] };
  }

  async #lookAtCertificate({ listen: { tls } }: ServeConfig): Promise<void> {
    // What is wrong with the file itself, a worker says.
    const reason = tls && (await outOfDate(tls.cert).catch(() => undefined));
    if (reason !== undefined) this.#tell({ kind: "certificate-out-of-date", file: tls!.cert, reason });
  }

  #tell(event: ServiceEvent): void {
    if (!isOwnEvent(event)) this.#admin?.onEvent(event);
    this.#options.onEvent?.(event);
  }
}

/** Of the service, not of its supervisor's. */
function isOwnEvent(event: ServiceEvent): event is Exclude<ServiceEvent, SupervisorEvent> {
  return ["reloading", "needs-restart", "certificate-out-of-date"].includes(event.kind);
}

function loadOptions({ overrides = {}, onSlowStep }: ServiceOptions): LoadOptions {
  return { overrides, furtherMistakes: (functions) => buildMistakes(functions, onSlowStep) };
}

/**
 * Requests come from strangers, and so may the code that answers them: without the wall that KVM is, whoever serves must
 * have said that this is meant.
 */
async function chooseMachine({
  machine = "auto",
  allowProcessIsolation = false,
}: ServiceOptions): Promise<Machine> {
  await using monitor = Monitor.open({ machine });
  const { machine: kind, machineReason: reason } = monitor;
  if (kind === "kvm" || allowProcessIsolation) return { kind, reason };
  const why = reason === undefined ? "" : ` (${reason})`;
  throw new MayflyError(
    "MACHINE_UNAVAILABLE",
    `the process machine was chosen${why}: a guest that breaks out of its process would face the kernel's whole interface, not KVM's`,
    { mend: `${kvmMend()}; or add --allow-process-isolation if you trust the images` },
  );
}

/** Fields that say something else now, and that running processes keep. */
function fixedFields(before: ServeConfig, now: ServeConfig): string[] {
  const fields = [
    ["listen.host", before.listen.host, now.listen.host],
    ["listen.port", before.listen.port, now.listen.port],
    ["listen.tls", before.listen.tls !== undefined, now.listen.tls !== undefined],
    ["admin", JSON.stringify(before.admin), JSON.stringify(now.admin)],
  ] as const;
  return fields.flatMap(([name, one, other]) => (one === other ? [] : [name]));
}
