/* application.h: the application's segment, behind the engine's memory, as `mayfly build` writes it (src/abi/application.ts). */
#ifndef APPLICATION_H_INCLUDED
#define APPLICATION_H_INCLUDED

#include <stdint.h>

/* The bytecode of prelude and program follows, each padded to a multiple of 4. */
struct application {
    char magic[8];
    uint32_t checksum; /* FNV-1a over the words that follow this one */
    uint32_t prelude_len;
    uint32_t program_len;
    char engine[28];        /* for those who look at the image */
    uint8_t source_map[16]; /* for those who look at the image */
};

#endif
