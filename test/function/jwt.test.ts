// jwt.test.ts: JSON Web Tokens by npm's jose, unmodified: the guest signs and Node checks, and the other way.
import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, generateSecret, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import { packageRoot } from "../../src/build/places.js";
import { functionTest } from "./support.js";

const handler = `import { importJWK, jwtVerify, SignJWT } from ${JSON.stringify(`${packageRoot}/node_modules/jose`)};
export default {
  async fetch(request: Request) {
    const { alg, sign, verify, token } = await request.json();
    const checked = await jwtVerify(token, await importJWK(verify, alg), { issuer: "node" });
    const changed = token.replace(/.$/, (last: string) => last === "A" ? "Q" : "A");
    const refused = await jwtVerify(changed, await importJWK(verify, alg)).then(() => "accepted", (error) => error.code);
    const mine = await new SignJWT({ seen: checked.payload.sub }).setProtectedHeader({ alg }).setIssuer("guest")
      .setIssuedAt().setExpirationTime("1h").sign(await importJWK(sign, alg));
    return Response.json({ mine, refused });
  },
};`;

async function keysFor(alg: string): Promise<{ readonly sign: JWK; readonly verify: JWK }> {
  const extractable = { extractable: true };
  if (alg.startsWith("HS")) {
    const secret = await exportJWK(await generateSecret(alg, extractable));
    return { sign: secret, verify: secret };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, extractable);
  return { sign: await exportJWK(privateKey), verify: await exportJWK(publicKey) };
}

functionTest("tokens of jose, signed with HMAC, RSA and elliptic curves", handler, async (start) => {
  const guest = start();
  for (const alg of ["HS256", "HS512", "ES256", "ES384", "RS256", "PS256"]) {
    const { sign, verify } = await keysFor(alg);
    const token = await new SignJWT({ sub: "somebody" })
      .setProtectedHeader({ alg })
      .setIssuer("node")
      .setExpirationTime("1h")
      .sign(await importJWK(sign, alg));
    const { status, text } = await guest.post("/", JSON.stringify({ alg, sign, verify, token }));
    assert.equal(status, 200, `${alg}: ${text}`);
    const { mine, refused } = JSON.parse(text) as { mine: string; refused: string };
    assert.equal(refused, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", alg);
    const { payload } = await jwtVerify(mine, await importJWK(verify, alg), { issuer: "guest" });
    assert.equal(payload.seen, "somebody", alg);
  }
});

functionTest(
  "a token that is encrypted: AES-GCM, a key that was wrapped, agreed on, or encrypted with RSA",
  `import { CompactEncrypt, compactDecrypt, generateKeyPair, generateSecret } from ${JSON.stringify(`${packageRoot}/node_modules/jose`)};
  export default {
    async fetch() {
      const found: string[] = [];
      for (const alg of ["dir", "A128KW", "A256GCMKW", "ECDH-ES", "ECDH-ES+A128KW", "RSA-OAEP-256"]) {
        const enc = alg === "dir" ? "A256GCM" : "A128CBC-HS256";
        const isPair = /^(?:ECDH|RSA)/.test(alg);
        const keys = isPair ? await generateKeyPair(alg) : undefined;
        const secret = isPair ? undefined : await generateSecret(alg === "dir" ? enc : alg);
        const text = new TextEncoder().encode(alg);
        const token = await new CompactEncrypt(text).setProtectedHeader({ alg, enc }).encrypt((keys?.publicKey ?? secret)!);
        const { plaintext } = await compactDecrypt(token, (keys?.privateKey ?? secret)!);
        found.push(new TextDecoder().decode(plaintext));
      }
      return Response.json(found);
    },
  };`,
  async (start) => {
    const { text } = await start({ memoryMiB: 64 }).ask("/");
    assert.equal(
      text,
      JSON.stringify(["dir", "A128KW", "A256GCMKW", "ECDH-ES", "ECDH-ES+A128KW", "RSA-OAEP-256"]),
    );
  },
);
