// all.ts: every question, in the order in which they are asked and printed.
import type { Question } from "../context.js";
import { block } from "./block.js";
import { compute } from "./compute.js";
import { consoleOutput } from "./console.js";
import { exchange } from "./exchange.js";
import { gateway } from "./gateway.js";
import { hypercall } from "./hypercall.js";
import { lifecycle } from "./lifecycle.js";
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
];
