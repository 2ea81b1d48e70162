// function-list.ts: the functions of a configuration: settings with their defaults, unique names, one function for two equal uses.
import { basename, extname } from "node:path";
import { DEFAULT_LIMITS } from "../../function/function-limits.js";
import type { Mistakes, Path } from "./mistakes.js";
import { type Place, placedFile } from "./place.js";
import { resolveSecrets } from "./secrets.js";
import type { FunctionConfig, ServedLimits } from "./serve-config.js";
import type { Settings } from "./settings-schema.js";

const { startCpuTimeMs: _, ...FUNCTION_LIMITS } = DEFAULT_LIMITS;
/** An image that a route names as one is a program of any kind: what is plenty for a handler may be little for it. */
const IMAGE_LIMITS: ServedLimits = { ...FUNCTION_LIMITS, cpuTimeMs: 5000, bodyBytes: 16 << 20 };
const DEFAULT_CONCURRENCY = { vms: 64, queue: 256, queueMs: 1000 };
const DEFAULT_IDLE_MS = 10_000;

export class FunctionList {
  readonly #place: Place;
  readonly #mistakes: Mistakes;
  readonly #defaults: Settings;
  readonly #defaultSecrets: Readonly<Record<string, string>>;
  readonly #memoryMiB: number;
  readonly #functions = new Map<string, FunctionConfig>();
  /** Names of those that routes name by their files, by all that makes them what they are. */
  readonly #inline = new Map<string, string>();

  /** @param memoryMiB the budget: what needs more could never run */
  constructor(place: Place, defaults: Settings, memoryMiB: number, mistakes: Mistakes) {
    this.#place = place;
    this.#mistakes = mistakes;
    this.#defaults = defaults;
    this.#memoryMiB = memoryMiB;
    const path = ["defaults"];
    this.#refuseTwins(defaults, path);
    this.#defaultSecrets = resolveSecrets(defaults.secrets ?? {}, place, [...path, "secrets"], mistakes);
  }

  get all(): readonly FunctionConfig[] {
    return [...this.#functions.values()];
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  /**
   * Adds a function with a name of its own. The first of a name stays.
   *
   * @param path where its settings stand
   * @param filePath where its file is named
   */
  add(name: string, file: string, settings: Settings, path: Path, filePath: Path): void {
    if (this.#functions.has(name)) return;
    const full = placedFile(this.#place, file, filePath, this.#mistakes);
    this.#functions.set(name, this.#complete(name, full, settings, path));
  }

  /** Adds what a route names by its file, if no route before it did with the same settings. Gives its name. */
  addInline(file: string, settings: Settings, path: Path, filePath: Path): string {
    const key = JSON.stringify([file, settings]);
    const known = this.#inline.get(key);
    if (known !== undefined) return known;
    const stem = basename(file, extname(file));
    let name = stem;
    for (let number = 2; this.#functions.has(name); number++) name = `${stem}-${number}`;
    this.add(name, file, settings, path, filePath);
    this.#inline.set(key, name);
    return name;
  }

  /** The same for an image, which is booted for every request. */
  addImage(file: string, limits: Settings["limits"], path: Path, filePath: Path): string {
    const all = { ...IMAGE_LIMITS, ...given(this.#defaults.limits), ...given(limits) };
    return this.addInline(file, { isolation: "boot", limits: all }, path, filePath);
  }

  /** Looks for mistakes in the settings of a function that has no file. */
  check(settings: Settings, path: Path): void {
    this.#complete("", "", settings, path);
  }

  #complete(name: string, file: string, own: Settings, path: Path): FunctionConfig {
    const defaults = this.#defaults;
    this.#refuseTwins(own, path);
    const secrets = resolveSecrets(own.secrets ?? {}, this.#place, [...path, "secrets"], this.#mistakes);
    const limits = { ...FUNCTION_LIMITS, ...given(defaults.limits), ...given(own.limits) };
    const concurrency = { ...DEFAULT_CONCURRENCY, ...given(defaults.concurrency), ...given(own.concurrency) };
    const keepWarm = own.keepWarm ?? defaults.keepWarm ?? 0;
    if (limits.memoryMiB > this.#memoryMiB)
      this.#mistakes.add(
        [...path, "limits", "memoryMiB"],
        String(limits.memoryMiB),
        `at most the ${this.#memoryMiB} MiB of all virtual machines (memoryMiB)`,
      );
    if (keepWarm > concurrency.vms)
      this.#mistakes.add(
        [...path, "keepWarm"],
        String(keepWarm),
        `at most concurrency.vms, ${concurrency.vms}`,
      );
    return {
      name,
      file,
      isolation: own.isolation ?? defaults.isolation ?? "request",
      limits,
      // A function's own word goes before the defaults', whether one of them is a secret or not.
      env: { ...without(defaults.env ?? {}, secrets), ...own.env },
      secrets: { ...without(this.#defaultSecrets, own.env ?? {}), ...secrets },
      outbound: own.outbound ?? defaults.outbound,
      concurrency,
      keepWarm,
      idleMs: this.#place.overrides.idleMs ?? own.idle ?? defaults.idle ?? DEFAULT_IDLE_MS,
    };
  }

  #refuseTwins({ env = {}, secrets = {} }: Settings, path: Path): void {
    for (const name of Object.keys(secrets))
      if (Object.hasOwn(env, name))
        this.#mistakes.add([...path, "secrets", name], "a name of env, too", "one of both");
  }
}

/** Without the fields that are undefined: they would hide a default. */
function given<Fields extends object>(
  fields: Fields | undefined,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const present = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}

function without<Value>(values: Readonly<Record<string, Value>>, names: object): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(names, name)));
}
