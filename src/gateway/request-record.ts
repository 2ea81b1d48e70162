// request-record.ts: what the gateway knows about one request when it is over: for the log and for whoever counts.
import type { VmEnd } from "../monitor/vm-end.js";
import type { GuestCost } from "./guests.js";
import type { TraceContext } from "./http/trace-context.js";
import type { HttpFailure } from "./http-failure.js";

/** Times in milliseconds. */
export interface RequestRecord {
  /** Counts all requests of a gateway, from 1. */
  readonly request: number;
  /** What the request is called for its guest and its client, too. */
  readonly id: string;
  /** The distributed trace that it belongs to, when its client named one. */
  readonly trace: TraceContext | undefined;
  /** The client's address, when it was there long enough to have one. */
  readonly client: string | undefined;
  /** The name of the function that was to answer; undefined for static files and what has no route. */
  readonly function: string | undefined;
  readonly method: string;
  /** What it asked for: host and port. Nothing when its head was no proper one. */
  readonly host: string | undefined;
  /** "1.1", "2.0". */
  readonly protocol: string;
  /** What the client called itself, and the request in its own `x-request-id`: its words, cut. */
  readonly userAgent: string | undefined;
  readonly clientRequestId: string | undefined;
  /** As the client sent it, without the query: that may hold secrets. */
  readonly path: string;
  /** What the client saw; 499 when it left before it saw any. */
  readonly status: number;
  /** From the request's head to the response's last byte, handed to the kernel or to Node's buffer. */
  readonly totalMs: number;
  /** Of the response's body, without its framing, likewise handed over. */
  readonly responseBytes: number;
  /** The number of its VM among its function's, from 1. Nothing when the request came to none. */
  readonly vm: number | undefined;
  /** What that VM cost the request. */
  readonly cost: GuestCost | undefined;
  /** Why the guest's response did not arrive, or not whole. */
  readonly failure: HttpFailure | undefined;
  /** How the VM ended, when that is why: with registers and addresses, not for clients. */
  readonly end: VmEnd | undefined;
  /** What the guest wrote to its console, cut. */
  readonly console: string;
}

/** Told of every request when its VM is closed. It must not throw. */
export type OnRequest = (record: RequestRecord) => void;
