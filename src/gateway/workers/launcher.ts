// launcher.ts: the first program of a worker's process: gives the file system up, then executes the worker's. Arguments: program, rules as JSON.
//
// Landlock holds for the thread that asks for it and for those made later. When JavaScript runs, Node has some ten threads already
// (V8's, libuv's, the inspector's), so that the process must start anew: execve leaves one thread, and all others descend from it.
import { readFileSync } from "node:fs";
import process from "node:process";
import { replaceProcess } from "../../linux/exec.js";
import { type LandlockRule, restrictFiles } from "../../linux/hardening/landlock.js";

const [program = "", rules = "[]"] = process.argv.slice(2);
/** Not `process.env`: Node has taken the channel's variables out of it. */
const environment = readFileSync("/proc/self/environ", "utf8").split("\0").filter(Boolean);

restrictFiles(JSON.parse(rules) as LandlockRule[]);
replaceProcess({
  path: process.execPath,
  argv: [process.execPath, program],
  environment,
  // stdin, stdout, stderr, the channel, the table of connections.
  descriptors: [0, 1, 2, 3, 4],
});
