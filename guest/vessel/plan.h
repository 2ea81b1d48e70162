/* plan.h: the page through which monitor and vessel agree (src/machine/process/plan.ts has the same in TypeScript). */
#ifndef VESSEL_PLAN_H
#define VESSEL_PLAN_H

#include <stdint.h>

#define VESSEL_NURSERY_FD  3
#define VESSEL_PLAN_BYTES  4096
#define VESSEL_MAX_REGIONS 168
#define VESSEL_TICK_US     3000

/* What failed, in `step`. */
#define VESSEL_STEP_NONE      0
#define VESSEL_STEP_MAP       1
#define VESSEL_STEP_HAND_OVER 2
#define VESSEL_STEP_LIMITS    3
#define VESSEL_STEP_TIMER     4
#define VESSEL_STEP_TRACE     5
#define VESSEL_STEP_CLOSE     6

struct vessel_region {
    uint64_t start; /* guest address, and the offset behind the descriptor */
    uint64_t end;
    uint32_t protection;  /* PROT_… */
    uint32_t is_constant; /* behind the descriptor of constants */
};

/* The first page of the memory, which no guest may have: page zero is absent. */
struct vessel_plan {
    uint64_t memory_bytes; /* in: guest memory, bytes                                       */
    uint64_t hand_over;    /* in: an executable guest page, all zeros; cleared by the monitor */
    uint32_t region_count; /* in                                                            */
    uint32_t step;         /* out: VESSEL_STEP_… that failed                                */
    uint32_t error;        /* out: its errno                                                */
    uint32_t padding;
    struct vessel_region regions[VESSEL_MAX_REGIONS];
};

/* What the nursery says: once of itself, and after each request of the vessel that it started. */
struct nursery_answer {
    int32_t pid;         /* as the monitor's namespace numbers it, or -errno */
    uint32_t namespaces; /* CLONE_NEW… that the kernel granted              */
};

#endif
