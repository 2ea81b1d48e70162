// serve-config.ts: a checked configuration: complete, every default filled in, every path absolute. Plain data: it can be sent to a worker.
import type { FunctionLimits } from "../../function/function-limits.js";
import type { Isolation } from "../../function/isolation.js";
import type { OutboundPolicyOptions } from "../../function/outbound/policy.js";

export interface ServeConfig {
  /** What errors call it: the file. */
  readonly name: string;
  readonly listen: {
    readonly host: string;
    /** 0: any free one. */
    readonly port: number;
    /** Absolute paths of PEM files. */
    readonly tls?: { readonly cert: string; readonly key: string };
  };
  /** undefined: no admin server. */
  readonly admin:
    | {
        readonly host: string;
        readonly port: number;
        /** In lower case, "*.example.com" with one label in the star's place. */
        readonly hosts: readonly string[];
      }
    | undefined;
  /** Processes, 1 or more. */
  readonly workers: number;
  /** How long a process may stand still before it is killed and replaced. */
  readonly hangMs: number;
  /** How long a connection stays open behind its last response. */
  readonly keepAliveMs: number;
  /** How long requests under way have at the end. */
  readonly drainMs: number;
  /** How long requests are still taken at the end, while it says that it is not ready. */
  readonly drainDelayMs: number;
  /** Budget for the guest memory of all VMs of one process. */
  readonly memoryMiB: number;
  /** Addresses or ranges of the proxies whose forwarded headers count. */
  readonly trustForwarded: readonly string[];
  /** Whether responses tell by a `Server-Timing` header what they took. */
  readonly serverTiming: boolean;
  /** Whether to load it anew when one of its files changes. */
  readonly watch: boolean;
  readonly functions: readonly FunctionConfig[];
  readonly routes: readonly RouteConfig[];
}

/** Of one request. What a function may use to start is not for users to say. */
export type ServedLimits = Readonly<Omit<FunctionLimits, "startCpuTimeMs">>;

export interface FunctionConcurrency {
  /** VMs at once. */
  readonly vms: number;
  /** Requests that may wait for one. */
  readonly queue: number;
  /** How long a request waits at most. */
  readonly queueMs: number;
}

export interface FunctionConfig {
  /** Unique: the label of metrics and logs. */
  readonly name: string;
  /** Absolute path of a handler or an image. */
  readonly file: string;
  /** The handler, where `file` is the image that was made of it: what errors call it. */
  readonly source?: string;
  readonly isolation: Isolation;
  readonly limits: ServedLimits;
  readonly env: Readonly<Record<string, string>>;
  /** Resolved values. They belong in no log and no message. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly outbound: OutboundPolicyOptions | undefined;
  readonly concurrency: FunctionConcurrency;
  /** VMs that stay although idle. */
  readonly keepWarm: number;
  /** An idle VM lives so long. */
  readonly idleMs: number;
}

export interface RouteConfig {
  /** In lower case, "*.example.com" with one label in the star's place; none: every host. */
  readonly hosts: readonly string[];
  /** "/hello", "/users/[id]", "/files/[...rest]", "/files/*". */
  readonly path: string;
  readonly target:
    | { readonly kind: "function"; readonly name: string }
    | { readonly kind: "static"; readonly directory: string };
}
