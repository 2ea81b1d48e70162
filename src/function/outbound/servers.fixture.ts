// servers.fixture.ts: servers on loopback for the tests of requests to the outside.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { OutboundRequest, OutboundResponse } from "../../device/outbound-client.js";
import { type Outbound, type OutboundSystem, openOutbound } from "./outbound.js";
import type { OutboundPolicyOptions } from "./policy.js";

export interface TestServer {
  readonly port: number;
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  /** Connections it ever had. */
  readonly accepted: number;
  /** Connections that are open. */
  readonly open: number;
}

/** Answers HTTP on all IPv4 addresses of the host until the test is over. */
export async function serveHttp(t: TestContext, listener: RequestListener): Promise<TestServer> {
  return listen(t, createHttpServer(listener), "http");
}

/** Answers connections byte by byte. */
export async function serveRaw(t: TestContext, onSocket: (socket: Socket) => void): Promise<TestServer> {
  return listen(t, createServer(onSocket), "http");
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export async function serveHttps(
  t: TestContext,
  certificate: Certificate,
  listener: RequestListener,
): Promise<TestServer> {
  return listen(t, createHttpsServer({ ...certificate }, listener), "https");
}

/** A new self-signed certificate. @param names such as "DNS:a.test,IP:127.0.0.1" */
export function makeCertificate(names: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-certificate-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const subject = ["-subj", "/CN=mayfly test", "-addext", `subjectAltName=${names}`];
    execFileSync(
      "openssl",
      ["req", "-x509", ...curve, "-days", "2", ...subject, "-keyout", key, "-out", cert],
      { stdio: "pipe" },
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function listen(t: TestContext, server: Server | HttpServer, scheme: string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on("connection", (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    get accepted() {
      return accepted;
    },
    get open() {
      return sockets.size;
    },
  };
}

export function outboundFor(
  t: TestContext,
  options: OutboundPolicyOptions,
  system: OutboundSystem = {},
): Outbound {
  const outbound = openOutbound(options, system);
  t.after(() => outbound.close());
  return outbound;
}

/** Sends one request by a client of its own. */
export function send(
  outbound: Outbound,
  url: string,
  parts: Partial<OutboundRequest> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<OutboundResponse> {
  return outbound.client().send({ method: "GET", url, headers: [], redirect: "follow", ...parts }, signal);
}

export async function textOf({ body }: OutboundResponse): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

export function headerOf({ headers }: OutboundResponse, name: string): string | undefined {
  return headers.find(([field]) => field === name)?.[1];
}

/** Waits until something holds: events of sockets come when they come. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let round = 0; !holds(); round += 1) {
    if (round > 2000) throw new Error(`still not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
