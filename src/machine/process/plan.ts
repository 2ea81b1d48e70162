// plan.ts: the page through which monitor and vessel agree (guest/vessel/plan.h has the same in C). Layouts only.
import { i32, struct, u32, u64 } from "../../abi/struct.js";

/** The descriptor under which the nursery finds its socket. */
export const VESSEL_NURSERY_FD = 3;
export const VESSEL_PLAN_BYTES = 4096;
export const VESSEL_MAX_REGIONS = 168;
/** CPU time of a guest between two ticks, µs. */
export const VESSEL_TICK_US = 3000;

export const VesselRegion = struct(
  "vessel_region",
  {
    start: u64 /* guest address, and offset behind the descriptor */,
    end: u64,
    protection: u32 /* PROT_… */,
    is_constant: u32 /* behind the descriptor of constants */,
  },
  { size: 24 },
);

/** `regions` follow, VESSEL_MAX_REGIONS at most. Lies in the first page of the memory, which no guest may have. */
export const VesselPlan = struct(
  "vessel_plan",
  {
    memory_bytes: u64 /* in */,
    hand_over: u64 /* in, an executable guest page, all zeros */,
    region_count: u32 /* in */,
    step: u32 /* out, VESSEL_STEP_… that failed */,
    error: u32 /* out, its errno */,
    padding: u32,
  },
  { size: 32 },
);

/** What the nursery says: once of itself, and after each request of the vessel that it cloned. */
export const NurseryAnswer = struct(
  "nursery_answer",
  { pid: i32 /* as the monitor's namespace numbers it, or -errno */, namespaces: u32 /* CLONE_NEW… */ },
  { size: 8 },
);

/** What the vessel was doing, by VESSEL_STEP_…. */
export const VESSEL_STEPS: readonly string[] = [
  "start",
  "map guest memory",
  "place its last instructions",
  "give up its rights",
  "start its ticks",
  "be traced",
  "close its descriptors",
];
