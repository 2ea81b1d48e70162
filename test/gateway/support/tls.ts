// tls.ts: a certificate in files for gateways under test, and clients that believe anybody.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { makeCertificate } from "../../../src/function/outbound/servers.fixture.js";
import { root } from "../../support/mayfly.js";

/** Why TLS cannot be tested; false where it can. */
export const noTls =
  spawnSync("openssl", ["version"]).status !== 0 && "openssl, which makes the certificate, is not here";

let files: { cert: string; key: string } | undefined;

/** Paths of a certificate and its key: made once in a process. */
export function tlsFiles(): { cert: string; key: string } {
  if (files !== undefined) return files;
  const folder = `${root}/build/test/tls-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  const made = makeCertificate("DNS:localhost,IP:127.0.0.1");
  writeFileSync(files.cert, made.cert);
  writeFileSync(files.key, made.key, { mode: 0o600 });
  return files;
}

export async function withHttp2(
  url: string,
  body: (session: ClientHttp2Session) => Promise<void>,
): Promise<void> {
  const session = connect(url, { rejectUnauthorized: false });
  session.on("error", () => {});
  try {
    await body(session);
  } finally {
    session.destroy();
  }
}
