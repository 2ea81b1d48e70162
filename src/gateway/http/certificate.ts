// certificate.ts: reads a certificate and its key from files, and says in one line why they will not do.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
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
  refuseWeak({ cert, key }, files);
  return { cert, key };
}

/**
 * Why clients refuse a certificate at a time, in words; undefined when they do not.
 *
 * @param path of a PEM file
 * @param now ms since the epoch
 */
export async function outOfDate(path: string, now = Date.now()): Promise<string | undefined> {
  const { validFrom, validTo } = new X509Certificate(await readPem("cert", path));
  if (Date.parse(validTo) < now) return `the certificate has expired: it was valid to ${validTo}`;
  if (Date.parse(validFrom) > now) return `the certificate is not valid yet: it will be from ${validFrom}`;
  return undefined;
}

/** OpenSSL parses what it will not use: told here, it is no error within a server that is being made. */
function refuseWeak({ cert, key }: Certificate, files: TlsFiles): void {
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason = (cause as { reason?: string }).reason ?? String(cause);
    throw new MayflyError(
      "CONFIG_INVALID",
      `listen.tls: got ${files.cert} and ${files.key} (${reason}), expected what OpenSSL takes for secure: an RSA key of 2048 bits, say`,
      { cause, mend: "have a certificate made for a longer key, or for one of the curve P-256" },
    );
  }
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
