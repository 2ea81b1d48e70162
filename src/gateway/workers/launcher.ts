// launcher.ts: the first program of a worker's process: gives up the file system and capabilities, then executes the worker's. Argument: program; on stdin: LaunchPlan as JSON.
//
// Both hold for the thread that asks and for those made later. When JavaScript runs, Node has some ten threads already
// (V8's, libuv's, the inspector's), so that the process must start anew: execve leaves one thread, and all others descend from it.
import { readFileSync } from "node:fs";
import process from "node:process";
import { replaceProcess } from "../../linux/exec.js";
import { dropCapabilitiesOfPrograms } from "../../linux/hardening/capabilities.js";
import { restrictFiles } from "../../linux/hardening/landlock.js";
import { nodeOptions } from "./node-options.js";
import type { LaunchPlan } from "./worker-launch.js";

const [program = ""] = process.argv.slice(2);
const { rules, drops } = JSON.parse(readFileSync(0, "utf8")) as LaunchPlan;
/** Not `process.env`: Node has taken the channel's variables out of it. */
const environment = readFileSync("/proc/self/environ", "utf8").split("\0").filter(Boolean);

if (rules !== undefined) restrictFiles(rules);
if (drops) dropCapabilitiesOfPrograms();
replaceProcess({
  path: process.execPath,
  argv: [process.execPath, ...nodeOptions(), program],
  environment,
  // stdin, stdout, stderr, Node's channel, the table of connections, their channel.
  descriptors: [0, 1, 2, 3, 4, 5],
});
