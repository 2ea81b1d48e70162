// all.ts: every question, in the order in which they are asked and printed.
import type { Question } from "../context.js";
import { hypercall } from "./hypercall.js";
import { lifecycle } from "./lifecycle.js";

export const questions: readonly Question[] = [lifecycle, hypercall];
