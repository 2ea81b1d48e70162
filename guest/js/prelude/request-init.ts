// request-init.ts: what new Request() is given, checked, as the Fetch standard has it (section 5.4).
import type { HeadersInit } from "./headers.js";

export interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  body?: unknown;
  signal?: import("./events/part.js").AbortSignal | null;
  redirect?: string;
  [other: string]: unknown;
}

/** What a handler can set and see, and what only fetch() heeds: redirect. */
export const DEFAULTS = {
  mode: "cors",
  credentials: "same-origin",
  cache: "default",
  redirect: "follow",
  referrer: "about:client",
  referrerPolicy: "",
  integrity: "",
  keepalive: false,
};

export type OptionName = keyof typeof DEFAULTS;
export type Options = Readonly<Record<string, string | boolean>>;

const UPPERCASED = /^(?:DELETE|GET|HEAD|OPTIONS|POST|PUT)$/i;
const FORBIDDEN = /^(?:CONNECT|TRACE|TRACK)$/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function checkedMethod(method: string): string {
  const text = `${method}`;
  if (!TOKEN.test(text) || FORBIDDEN.test(text))
    throw new TypeError(`new Request: got the method ${JSON.stringify(text)}, expected one that HTTP knows`);
  return UPPERCASED.test(text) ? text.toUpperCase() : text;
}

/** The options given, and those of the request that it is made from. */
export function optionsOf(init: RequestInit, inherited: Options): Options {
  const options: Record<string, string | boolean> = {};
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    const given = init[name] ?? inherited[name];
    options[name] = typeof usual === "boolean" ? Boolean(given) : `${given}`;
  }
  if (!/^(?:follow|error|manual)$/.test(options.redirect as string))
    throw new TypeError(`new Request: got redirect ${options.redirect}, expected follow, error or manual`);
  return options;
}
