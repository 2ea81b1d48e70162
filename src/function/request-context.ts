// request-context.ts: what a handler learns of a request beside the request itself, on its way to the guest: headers of a reserved prefix.

export interface RequestContext {
  /** Parameters of the route that led here: the handler's `ctx.params`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** The name of this request in logs: the handler's `ctx.requestId`. */
  readonly requestId?: string | undefined;
}

const RESERVED = "mayfly-";
const NOT_ASCII = /[^\x20-\x7e]/g;

/** Whether a header, its name in lower case, is between host and guest alone: a client's must not reach the guest. */
export function isReserved(name: string): boolean {
  return name.startsWith(RESERVED);
}

/** The headers that the guest's runtime takes off its request. */
export function contextHeaders({ params, requestId }: RequestContext): [string, string][] {
  const headers: [string, string][] = [];
  if (params !== undefined) headers.push([`${RESERVED}params`, asciiJson(params)]);
  if (requestId !== undefined) headers.push([`${RESERVED}request-id`, requestId]);
  return headers;
}

/** A header holds bytes, not characters. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    NOT_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
