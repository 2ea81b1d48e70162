// define-config.ts: a configuration as users write it, with its types. Loads nothing: "mayfly" exports it.

import type { Isolation } from "../../function/isolation.js";
import type { OutboundPolicyOptions } from "../../function/outbound/policy.js";

/** A number of ms, or a text: "500ms", "10s", "2m", "1h". */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

/** Where a secret's value comes from when the gateway starts: an environment variable, or a file without its last line end. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** How a function runs. */
export interface FunctionSettings {
  /** "request" (default): fresh state for every request. "instance": state stays until the VM is idle. "boot": a new VM, booted for every request. */
  readonly isolation?: Isolation;
  readonly limits?: {
    /** Guest memory, 2 to 4096. Default 32. */
    readonly memoryMiB?: number;
    /** From the request to the last byte of the response. Default "10s". */
    readonly wallTime?: Duration;
    /** In the guest, and in the monitor on its behalf. Default "50ms"; "5s" for a route's image. */
    readonly cpuTime?: Duration;
    /** Largest request body. Default 8; 16 for a route's image. */
    readonly bodyMiB?: number;
    /** wallTime as a number of ms. */
    readonly wallTimeMs?: number;
    /** cpuTime as a number of ms. */
    readonly cpuTimeMs?: number;
    /** bodyMiB as a number of bytes. */
    readonly bodyBytes?: number;
  };
  /** Variables for the handler: `fetch(request, env, ctx)` gets them in `env`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The same for values that stand in no file of the project, no log and no message. */
  readonly secrets?: Readonly<Record<string, SecretSource>>;
  /** What the handler may ask for by `fetch`. Absent: nothing. */
  readonly outbound?: OutboundPolicyOptions;
  readonly concurrency?: Concurrency;
  /** VMs that stay although idle, in each worker. Default 0. */
  readonly keepWarm?: number;
  /** An idle VM is closed after so long. Default "10s". */
  readonly idle?: Duration;
}

/** How many requests a function takes at once, and what becomes of the others. */
export interface Concurrency {
  /** VMs at once in each worker. Default 64. */
  readonly vms?: number;
  /** Requests that may wait for one in each worker. Default 256. */
  readonly queue?: number;
  /** How long a request waits at most. Default "1s". */
  readonly queueTime?: Duration;
  /** queueTime as a number of ms. */
  readonly queueMs?: number;
}

export interface FunctionDefinition extends FunctionSettings {
  /** A handler (.ts, .js …) or an image. Absent for a handler of `directory`, whose name this is. */
  readonly file?: string;
}

/** A path and what answers it: one of `function`, `image` and `static`. */
export interface RouteDefinition {
  /** "/hello", "/users/[id]", "/files/[...rest]"; "/files/*" is "/files" and all below it. */
  readonly path: string;
  /** Names: "example.com", "*.example.com" with one label in the star's place. Absent: every host. */
  readonly hosts?: readonly string[];
  /** The name of one of `functions`, or a handler's file. */
  readonly function?: string;
  /** An image's file: booted for every request. */
  readonly image?: string;
  /** A folder whose files are served. The path ends in "/*". */
  readonly static?: string;
  /** Limits of a handler or an image that this route names by its file. */
  readonly limits?: FunctionSettings["limits"];
}

/** What `mayfly.config.ts` exports. Paths are relative to its folder. At least one route or a directory must be there. */
export interface MayflyConfig {
  readonly listen?: {
    /** Default "127.0.0.1". */
    readonly host?: string;
    /** 0: any free one. Default 8080. */
    readonly port?: number;
    /** PEM files. */
    readonly tls?: { readonly cert: string; readonly key: string };
  };
  /** Where health, metrics and the dashboard are. Absent: nowhere. */
  readonly admin?: {
    /** Default "127.0.0.1". */
    readonly host?: string;
    /** Default 8081. */
    readonly port?: number;
    /** Names that it answers to beside addresses, `localhost` and `host`: "metrics.example.com", "*.svc" with one label in the star's place. */
    readonly hosts?: readonly string[];
  };
  /** Processes that share the port; "cores": one for each core, the default. */
  readonly workers?: number | "cores";
  /** A process that stands still for so long is killed, and replaced. Default "10s". */
  readonly hangTime?: Duration;
  /** How long a client's connection stays open behind its last response: longer than a balancer in front keeps it. Default "75s". */
  readonly keepAlive?: Duration;
  /** At the end, and behind a reload, requests under way have so long to end; behind a reload longer where their functions' limits say so. Default "10s". */
  readonly drainTime?: Duration;
  /** At the end, requests are still taken for so long while `/readyz` says no more. Default 0. */
  readonly drainDelay?: Duration;
  /** Guest memory of all VMs of one worker. Default: half of the host's, shared between the workers. */
  readonly memoryMiB?: number;
  /** Addresses or ranges of the proxies whose forwarded headers count: "10.0.0.0/8". None unless given. */
  readonly trustForwarded?: readonly string[];
  /** Whether responses tell by a `Server-Timing` header what they took. Default false. */
  readonly serverTiming?: boolean;
  /** Whether to load all anew when a file changes. Default false. */
  readonly watch?: boolean;
  /** A folder of handlers, each a route by its path: `users/[id].ts` answers "/users/[id]". */
  readonly directory?: string;
  /** For every function that does not say otherwise. */
  readonly defaults?: FunctionSettings;
  /** `defaults.concurrency`. */
  readonly concurrency?: Concurrency;
  /** By name. A text is the file alone. */
  readonly functions?: Readonly<Record<string, string | FunctionDefinition>>;
  readonly routes?: readonly RouteDefinition[];
}

/**
 * Gives a configuration its types; returns it as it is.
 *
 * @param config what `mayfly serve mayfly.config.ts` shall do
 *
 * @example
 * // mayfly.config.ts
 * import { defineConfig } from "mayfly";
 *
 * export default defineConfig({
 *   functions: { hello: { file: "hello.ts", limits: { cpuTime: "50ms" } } },
 *   routes: [{ path: "/hello/[name]", function: "hello" }],
 * });
 */
export function defineConfig(config: MayflyConfig): MayflyConfig {
  return config;
}
