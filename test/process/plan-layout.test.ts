// plan-layout.test.ts: guest/vessel/plan.h and src/machine/process/plan.ts describe the same bytes, as a compiler sees them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../src/build/places.js";
import * as plan from "../../src/machine/process/plan.js";
import { scratchFolder } from "../build/scratch.js";

const STEPS = ["NONE", "MAP", "HAND_OVER", "LIMITS", "TIMER", "TRACE", "CLOSE"];

const facts: Record<string, number> = {
  VESSEL_NURSERY_FD: plan.VESSEL_NURSERY_FD,
  VESSEL_PLAN_BYTES: plan.VESSEL_PLAN_BYTES,
  VESSEL_MAX_REGIONS: plan.VESSEL_MAX_REGIONS,
  VESSEL_TICK_US: plan.VESSEL_TICK_US,
  "offsetof(struct vessel_plan, regions)": plan.VesselPlan.size,
  ...Object.fromEntries(STEPS.map((step, i) => [`VESSEL_STEP_${step}`, i])),
  ...Object.fromEntries(
    [plan.VesselPlan, plan.VesselRegion, plan.NurseryAnswer].flatMap(({ name, offset }) =>
      Object.entries(offset).map(([field, at]) => [`offsetof(struct ${name}, ${field})`, at as number]),
    ),
  ),
  "sizeof(struct vessel_region)": plan.VesselRegion.size,
  "sizeof(struct nursery_answer)": plan.NurseryAnswer.size,
};

test("the vessel's header has every offset and constant of plan.ts, and the plan fits its page", async (context) => {
  const folder = await scratchFolder(context);
  const expressions = Object.keys(facts);
  const program = [
    "#include <stddef.h>",
    "#include <stdio.h>",
    "#include <plan.h>",
    '_Static_assert(sizeof(struct vessel_plan) <= VESSEL_PLAN_BYTES, "one page");',
    "int main(void)",
    "{",
    ...expressions.map((expression) => `printf("%llu\\n", (unsigned long long)(${expression}));`),
    "}",
  ];
  const source = join(folder, "plan.c");
  await writeFile(source, program.join("\n"));
  execFileSync("cc", ["-I", join(packageRoot, "guest", "vessel"), source, "-o", join(folder, "plan")]);
  const values = execFileSync(join(folder, "plan"), { encoding: "utf8" }).trim().split("\n").map(Number);
  assert.deepEqual(Object.fromEntries(expressions.map((name, i) => [name, values[i]])), facts);
  assert.equal(plan.VESSEL_STEPS.length, STEPS.length);
});
