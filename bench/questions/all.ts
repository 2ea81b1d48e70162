// all.ts: every question, in the order in which they are asked and printed.
import type { Question } from "../context.js";
import { block } from "./block.js";
import { compute } from "./compute.js";
import { consoleOutput } from "./console.js";
import { endurance } from "./endurance.js";
import { exchange } from "./exchange.js";
import { firstCall } from "./first-call.js";
import { functionCall } from "./function.js";
import { gateway } from "./gateway.js";
import { hypercall } from "./hypercall.js";
import { javascript } from "./javascript.js";
import { lifecycle } from "./lifecycle.js";
import { memory } from "./memory.js";
import { wholeProcess } from "./process.js";

export const questions: readonly Question[] = [
  lifecycle,
  gateway,
  exchange,
  hypercall,
  compute,
  block,
  consoleOutput,
  wholeProcess,
  functionCall,
  firstCall,
  javascript,
  memory,
  endurance,
];
