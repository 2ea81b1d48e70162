// secrets.test.ts: secrets come from where the config says, and their values are in no message.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseServeConfig } from "./parse-config.js";
import type { FunctionConfig } from "./serve-config.js";

const VALUE = "hunter2-is-secret";
const directory = mkdtempSync(join(tmpdir(), "mayfly-secrets-"));
writeFileSync(join(directory, "key"), `${VALUE}\n`);
writeFileSync(join(directory, "lines"), `${VALUE}\r\n\n`);
writeFileSync(join(directory, "latin1"), Buffer.from([0xe4, 0xf6]));
writeFileSync(join(directory, "long"), VALUE.repeat(10_000));
mkdirSync(join(directory, "folder"));
after(() => rmSync(directory, { recursive: true }));

const environment = { TOKEN: VALUE, EMPTY: "" };

function functionWith(settings: object, defaults: object = {}): FunctionConfig {
  const functions = { f: { file: "f.ts", ...settings } };
  const routes = [{ path: "/", function: "f" }];
  const config = parseServeConfig({ defaults, functions, routes }, { name: "c", directory, environment });
  return config.functions[0]!;
}

function mistakesOf(settings: object, defaults: object = {}): string[] {
  try {
    functionWith(settings, defaults);
  } catch (error) {
    assert.doesNotMatch(JSON.stringify([String(error), error]), /hunter2/);
    return (error as Error).message.split("\n  ");
  }
  assert.fail("got a config, expected mistakes");
}

test("a secret comes from the environment or from a file without its last line end", () => {
  const secrets = { A: { env: "TOKEN" }, B: { file: "key" }, C: { file: "lines" } };
  assert.deepEqual(functionWith({ secrets }).secrets, { A: VALUE, B: VALUE, C: `${VALUE}\r\n` });
});

test("a function's own variables go before the defaults', secret or not", () => {
  const defaults = { env: { A: "1", B: "2" }, secrets: { C: { env: "TOKEN" }, D: { env: "TOKEN" } } };
  const { env, secrets } = functionWith({ env: { C: "3" }, secrets: { A: { file: "key" } } }, defaults);
  assert.deepEqual(env, { B: "2", C: "3" });
  assert.deepEqual(secrets, { D: VALUE, A: VALUE });
});

test("every secret that cannot be had is a mistake", () => {
  const secrets = {
    A: { env: "ABSENT" },
    B: { env: "EMPTY" },
    C: { file: "absent" },
    D: { file: "folder" },
    E: { file: "latin1" },
    F: { file: "long" },
  };
  assert.deepEqual(mistakesOf({ secrets }), [
    "c: 6 mistakes",
    "functions.f.secrets.A.env: got no environment variable ABSENT, expected it to be set",
    "functions.f.secrets.B.env: got an empty environment variable EMPTY, expected it to be set",
    'functions.f.secrets.C.file: got "absent" (ENOENT), expected a file of text that can be read',
    'functions.f.secrets.D.file: got "folder" (EISDIR), expected a file of text that can be read',
    'functions.f.secrets.E.file: got "latin1" (no UTF-8), expected a file of text that can be read',
    'functions.f.secrets.F.file: got "long" (170000 bytes), expected at most 65536 bytes',
  ]);
});

test("a value that stands where its source belongs is not told", () => {
  const secrets = {
    A: VALUE,
    B: { env: VALUE },
    C: { env: 7 },
    D: { value: VALUE },
    E: { env: "TOKEN", file: "key" },
    F: [VALUE],
    G: null,
  };
  assert.deepEqual(mistakesOf({ secrets }), [
    "c: 8 mistakes",
    "functions.f.secrets.A: got a text, expected an object with env, file",
    "functions.f.secrets.B.env: got a text, expected a name of letters, digits and _",
    "functions.f.secrets.C.env: got a number, expected a text that is not empty",
    'functions.f.secrets.D: got a field "value", expected one of env, file',
    'functions.f.secrets.D: got an object, expected either { "env": NAME } or { "file": PATH }',
    'functions.f.secrets.E: got an object, expected either { "env": NAME } or { "file": PATH }',
    "functions.f.secrets.F: got a list, expected an object with env, file",
    "functions.f.secrets.G: got null, expected an object with env, file",
  ]);
});

test("whatever else is wrong, no variable's value is told", () => {
  mistakesOf({ env: { A: 5, "B-C": VALUE }, secrets: VALUE });
  mistakesOf({ env: VALUE, secrets: [VALUE] });
  mistakesOf({ file: { secrets: { A: VALUE } } });
  mistakesOf({ isolation: [{ env: { A: VALUE } }], limits: { env: { A: VALUE } } });
  mistakesOf({}, [{ secrets: VALUE }]);
});

test("a name that no variable can have, and one that is both, are mistakes", () => {
  const settings = { env: { "A-B": "1", T: "2" }, secrets: { "1": { env: "TOKEN" } } };
  assert.deepEqual(mistakesOf(settings), [
    "c: 2 mistakes",
    'functions.f.env: got a field "A-B", expected a name of letters, digits and _',
    'functions.f.secrets: got a field "1", expected a name of letters, digits and _',
  ]);
  const both = { env: { T: "2" }, secrets: { T: { env: "TOKEN" } } };
  assert.deepEqual(mistakesOf(both), [
    "c: functions.f.secrets.T: got a name of env, too, expected one of both",
  ]);
});
