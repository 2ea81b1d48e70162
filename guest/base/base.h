/* base.h: what the files of the base layer share. Not for programs. */
#ifndef BASE_H_INCLUDED
#define BASE_H_INCLUDED

#include "mayfly.h"
#include "solo5.h"
#include "string.h"

/* For large buffers: a link script can put them behind all other data, so that what every request touches lies together. */
#define BUFFER __attribute__((section(".bss.0buffer")))

/* Set once by start.c, before anything else runs. */
extern const struct hvt_boot_info *boot_info;

/* tls.c: gives the main program its thread-local variables, if it has any. */
void tls_start(void);

/* trap.c: reports the exceptions that nobody below us reports. */
void trap_start(void);

/* manifest.c: the device of that index, or of that name the first time it is asked for; else NULL. */
const struct mft_entry *manifest_device(uint64_t handle, uint32_t type);
const struct mft_entry *manifest_acquire(const char *name, uint32_t type, uint64_t *handle);

/* exit.c: writes a line to the console and ends the machine with status 255. */
void die(const char *line) __attribute__((noreturn));

#endif
