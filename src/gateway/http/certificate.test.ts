// certificate.test.ts: what is wrong with a certificate is told in one line, with the file and the mend.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeCertificate } from "../../function/outbound/servers.fixture.js";
import { readCertificate } from "./certificate.js";

const skip =
  spawnSync("openssl", ["version"]).status !== 0 && "openssl, which makes the certificates, is not here";

const directory = mkdtempSync(join(tmpdir(), "mayfly-tls-"));
after(() => rmSync(directory, { recursive: true }));
const path = (name: string): string => join(directory, name);

test("a certificate and its key are read; anything else is refused by name", { skip }, async () => {
  for (const name of ["a", "b"]) {
    const { cert, key } = makeCertificate("DNS:a.test");
    writeFileSync(path(`${name}.cert`), cert);
    writeFileSync(path(`${name}.key`), key);
  }
  const read = (cert: string, key: string) => readCertificate({ cert: path(cert), key: path(key) });
  assert.match((await read("a.cert", "a.key")).cert.toString(), /BEGIN CERTIFICATE/);
  const refused: [cert: string, key: string, message: RegExp][] = [
    ["none", "a.key", /^listen\.tls\.cert: got \S+none \(ENOENT\), expected a PEM file that can be read$/],
    ["a.cert", ".", /^listen\.tls\.key: got \S+ \(EISDIR\), expected a PEM file that can be read$/],
    ["a.key", "a.key", /^listen\.tls\.cert: got something else in \S+a\.key, expected a certificate in PEM$/],
    [
      "a.cert",
      "a.cert",
      /^listen\.tls\.key: got something else in \S+a\.cert, expected a private key in PEM/,
    ],
    ["a.cert", "b.key", /^listen\.tls: got a key of another certificate in \S+b\.key, expected that of /],
  ];
  for (const [cert, key, message] of refused)
    await assert.rejects(read(cert, key), { code: "CONFIG_INVALID", message, mend: /./ });
});
