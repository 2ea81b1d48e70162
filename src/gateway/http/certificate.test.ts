// certificate.test.ts: what is wrong with a certificate is told in one line, with the file and the mend.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeCertificate } from "../../function/outbound/servers.fixture.js";
import { outOfDate, readCertificate } from "./certificate.js";

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

test("a key that is too small is refused in words", { skip }, async () => {
  const files = { cert: path("small.cert"), key: path("small.key") };
  const made = ["-x509", "-newkey", "rsa:512", "-nodes", "-subj", "/CN=a.test"];
  execFileSync("openssl", ["req", ...made, "-keyout", files.key, "-out", files.cert], { stdio: "pipe" });
  await assert.rejects(readCertificate(files), {
    code: "CONFIG_INVALID",
    message: /^listen\.tls: got \S+small\.cert and \S+small\.key \(.*key too small\), expected /,
    mend: /longer key/,
  });
});

test("a certificate whose time is over, or has not come, is told", { skip }, async () => {
  const file = path("dated.cert");
  writeFileSync(file, makeCertificate("DNS:a.test").cert);
  const day = 24 * 60 * 60 * 1000;
  assert.equal(await outOfDate(file), undefined);
  assert.match((await outOfDate(file, Date.now() + 3 * day))!, /^the certificate has expired: /);
  assert.match((await outOfDate(file, Date.now() - day))!, /^the certificate is not valid yet: /);
});
