/* misdeed.h: what the files of the misdeed image share. */
#ifndef MISDEED_H_INCLUDED
#define MISDEED_H_INCLUDED

#include "../say.h"
#include "../words.h"
#include <mayfly.h>

/* One misdeed: its word, and what it does with the words behind. Some return: what they tried was refused, or allowed. */
struct misdeed {
    const char *word;
    void (*commit)(const char *line);
};

/* Ends with an entry without a word. */
extern const struct misdeed calls[], jumps[], instructions[], handlers[], endless[], exchanges[];

/* The heap: everything from the end of the image to the end of memory. */
extern uintptr_t heap_start, memory_end;

/* Whether main() already took a request, whose target named the misdeed. */
extern bool asked;

/* An address by its name, for an access of `len` bytes: see the table in misdeed.c. */
uint64_t address_named(const char *name, uint64_t len);

#endif
