// landlocked.fixture.ts: a program that gives its files up, executes itself, and then tries things. Arguments: the rules as JSON, folders to try.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { argv, execPath } from "node:process";
import { Worker } from "node:worker_threads";
import { replaceProcess } from "../exec.js";
import { landlockAbi, restrictFiles } from "./landlock.js";

const [, program = "", rules = "", allowed = "", forbidden = "", stage] = argv;

async function outcome(action: () => unknown): Promise<string> {
  try {
    await action();
    return "done";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** The same question to another thread. */
function inThread(path: string): Promise<string> {
  const code = `
    const { readFileSync } = require("node:fs");
    let result = "done";
    try { readFileSync(${JSON.stringify(path)}); } catch (error) { result = error.code; }
    require("node:worker_threads").parentPort.postMessage(result);`;
  return new Promise((resolve, reject) => {
    new Worker(code, { eval: true }).on("message", resolve).on("error", reject);
  });
}

if (stage === undefined) {
  restrictFiles(JSON.parse(rules));
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  replaceProcess({
    path: execPath,
    argv: [execPath, program, rules, allowed, forbidden, "restricted"],
    environment,
    descriptors: [0, 1, 2],
  });
}

const results = {
  abi: landlockAbi(),
  read: await outcome(() => readFileSync(`${allowed}/file`)),
  readByPool: await outcome(() => readFile(`${allowed}/file`)),
  list: await outcome(() => readdirSync(allowed)),
  write: await outcome(() => writeFileSync(`${allowed}/file`, "x")),
  create: await outcome(() => writeFileSync(`${allowed}/new`, "x")),
  makeFolder: await outcome(() => mkdirSync(`${allowed}/folder`)),
  move: await outcome(() => renameSync(`${allowed}/file`, `${allowed}/other`)),
  readForbidden: await outcome(() => readFileSync(`${forbidden}/file`)),
  readForbiddenByPool: await outcome(() => readFile(`${forbidden}/file`)),
  readForbiddenByThread: await inThread(`${forbidden}/file`),
  writeForbiddenByPool: await outcome(() => writeFile(`${forbidden}/new`, "x")),
  listForbidden: await outcome(() => readdirSync(forbidden)),
};
process.stdout.write(JSON.stringify(results));
