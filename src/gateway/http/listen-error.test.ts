// listen-error.test.ts: each reason why nothing can listen has its own words and a mend that fits the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listenError } from "./listen-error.js";

const MAIN = { host: "127.0.0.1", port: 8080 };
for (const [code, where, message, mend] of [
  ["EADDRINUSE", MAIN, /^listen: another program has port 8080 of 127\.0\.0\.1$/, / --port 8081$/],
  ["EADDRINUSE", { ...MAIN, name: "admin" }, /^admin: another program has port 8080/, / --admin-port 8081$/],
  ["EACCES", { ...MAIN, port: 80 }, /^listen: this user may not listen at port 80 /, /CAP_NET_BIND_SERVICE/],
  ["EACCES", MAIN, /^listen: this user may not listen at port 8080 of /, /security module/],
  [
    "EADDRNOTAVAIL",
    { ...MAIN, host: "192.0.2.1" },
    /^listen: 192\.0\.2\.1 is no address of this host/,
    /ip address/,
  ],
  [
    "ENOTFOUND",
    { ...MAIN, host: "lcoalhost" },
    /^listen: no address is known for the name "lcoalhost"/,
    /spelt/,
  ],
  ["ENOTFOUND", { ...MAIN, name: "admin" }, /^admin: no address is known/, /admin\.host/],
  ["EAFNOSUPPORT", MAIN, /^listen: got 127\.0\.0\.1 port 8080, expected an address/, /--port/],
] as const)
  test(`${code} for ${JSON.stringify(where)} is told in words`, () => {
    const error = listenError(new Error(code), code, where);
    assert.match(error.message, message);
    assert.match(error.mend!, mend);
  });
