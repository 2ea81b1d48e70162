/* vessel.h: what the nursery asks of the process that it has just cloned. */
#ifndef VESSEL_VESSEL_H
#define VESSEL_VESSEL_H

#include "kernel.h"
#include "plan.h"

/* Below the program, above all guests. */
#define PLAN_ADDRESS 0x610000000000

static inline _Noreturn void leave(int status)
{
    for (;;)
        call(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

/* filter.c: leaves this process, and those that it clones, the calls that a nursery and a vessel in the making need, and no other. */
void keep_to_vessels(void);

/*
 * Makes this process the vessel of the plan at PLAN_ADDRESS, up to the stop in which it has nothing but guest memory. Where that
 * fails, the plan says why. `constants` is -1 where there are none.
 */
_Noreturn void become_vessel(int memory, int constants);

/* The namespaces that each vessel has of its own, where the kernel allows it: nobody in there can name a process outside. */
#define OWN_NAMESPACES CLONE_NEWPID

#endif
