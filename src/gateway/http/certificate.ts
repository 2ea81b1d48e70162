// certificate.ts: reads a certificate and its key from files, and says in one line why they will not do.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { MayflyError } from "../../errors.js";

export interface TlsFiles {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  /** PEM: the certificate, behind it those that vouch for it. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

const RENEW = "write the certificate and, behind it, its chain to one PEM file, the private key to another";

/** @throws MayflyError CONFIG_INVALID when a file cannot be read or holds something else, or the two are no pair */
export async function readCertificate(files: TlsFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readPem("cert", files.cert), readPem("key", files.key)]);
  const certificate = parsed(() => new X509Certificate(cert), "cert", files.cert, "a certificate in PEM");
  const privateKey = parsed(
    () => createPrivateKey(key),
    "key",
    files.key,
    "a private key in PEM without a passphrase",
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new MayflyError(
      "CONFIG_INVALID",
      `listen.tls: got a key of another certificate in ${files.key}, expected that of ${files.cert}`,
      { mend: "name the key that the certificate was made for" },
    );
  return { cert, key };
}

async function readPem(field: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MayflyError(
      "CONFIG_INVALID",
      `listen.tls.${field}: got ${path} (${code}), expected a PEM file that can be read`,
      {
        cause,
        mend: code === "EACCES" ? `let the user of this process read it: chgrp and chmod g+r ${path}` : RENEW,
      },
    );
  }
}

function parsed<T>(parse: () => T, field: string, path: string, expected: string): T {
  try {
    return parse();
  } catch (cause) {
    throw new MayflyError(
      "CONFIG_INVALID",
      `listen.tls.${field}: got something else in ${path}, expected ${expected}`,
      {
        cause,
        mend: RENEW,
      },
    );
  }
}
