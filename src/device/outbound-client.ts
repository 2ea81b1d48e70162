// outbound-client.ts: who sends a guest's requests to the outside, as an interface. The device knows nothing of sockets and policies.

export interface OutboundRequest {
  readonly method: string;
  readonly url: string;
  /** Names and values as the guest gave them: strings of bytes, nothing else about them is checked. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly redirect: "follow" | "error" | "manual";
  /** Whole, or coming in pieces. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface OutboundResponse {
  readonly status: number;
  readonly statusText: string;
  /** Of the last request in a row of redirects. */
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends the requests of one guest, while it answers one request itself. */
export interface OutboundClient {
  /**
   * Sends a request.
   *
   * @throws MayflyError OUTBOUND_REFUSED (policy), OUTBOUND_LIMIT (count, time, bytes), OUTBOUND_FAILED (network): the guest reads its message
   */
  send(request: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse>;
}
