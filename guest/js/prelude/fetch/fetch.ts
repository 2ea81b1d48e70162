// fetch.ts: fetch() (the Fetch standard, section 5.6) over the runtime's outbound requests.
import {
  type Content,
  expectRequest,
  flatHeaders,
  host,
  optionOf,
  part,
  Request,
  type Response,
  receivedResponse,
  signalOf,
  takeBody,
} from "../shared.js";
import { Outbound } from "./outbound.js";

// Each request's URL is parsed.
part("url");

const REDIRECTS = ["follow", "error", "manual"];
const WITHOUT_BODY = [101, 103, 204, 205, 304];

export async function fetch(
  input: string | Request,
  init?: ConstructorParameters<typeof Request>[1],
): Promise<Response> {
  const request = new Request(input, init);
  const signal = signalOf(request);
  signal?.throwIfAborted();
  expectRequest(`fetch ${request.url}`);
  if (!host.mayFetch())
    throw new TypeError(
      `fetch ${request.url}: this function may not send requests; its configuration names the origins that it may reach (outbound)`,
    );
  const outbound = new Outbound(request.url);
  const abort = () => outbound.fail(signal!.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const body = takeBody(request);
    await outbound.open(headOf(request), body);
    const [status, redirected, url, statusText, ...headers] = await outbound.head();
    const head = {
      type: "basic",
      status: status as number,
      statusText: statusText as string,
      url: url as string,
      redirected: redirected === 1,
      headers: (headers as string[]).map((text, at) => (at % 2 === 0 ? text.toLowerCase() : text)),
    } as const;
    const isWithout = request.method === "HEAD" || WITHOUT_BODY.includes(head.status);
    if (isWithout) outbound.close();
    return receivedResponse(head, isWithout ? undefined : (outbound satisfies Content));
  } catch (error) {
    signal?.removeEventListener("abort", abort);
    outbound.close();
    throw error;
  }
}

export interface Head {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  /** 0 follow, 1 error, 2 manual. */
  readonly redirect: number;
}

function headOf(request: Request): Head {
  return {
    method: request.method,
    url: request.url,
    headers: flatHeaders(request.headers),
    redirect: REDIRECTS.indexOf(optionOf(request, "redirect") as string),
  };
}
