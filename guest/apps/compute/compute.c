/*
 * compute.c: the same work inside and outside a virtual machine: integers, doubles, memory. Freestanding it is an image, hosted
 * (cc -O2 compute.c) a Linux program; both print "integer NS double NS memory NS sum S", the best of the rounds asked for.
 */
#include <stddef.h>
#include <stdint.h>

#define STEPS 20000000
#define WORDS (1 << 17) /* 1 MiB: stays in a core's own caches, so that neighbors disturb little */

/* Loops stay loops: as memset or memcpy they would measure a library. */
#define KERNEL __attribute__((noinline, optimize("no-tree-loop-distribute-patterns")))

static uint64_t words[WORDS];

KERNEL static uint64_t integers(uint64_t seed)
{
    uint64_t sum = 0;

    for (int i = 0; i < STEPS; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        if (seed & 1)
            sum += seed % 1000003;
    }
    return sum;
}

KERNEL static uint64_t doubles(uint64_t seed)
{
    double x = (double)(seed % 1000) / 1000, y = 0.5;

    for (int i = 0; i < STEPS; i++) {
        x = 3.99 * x * (1 - x);
        y = (y + x) / (1 + y * y);
    }
    return (uint64_t)((x + y) * 1e15);
}

KERNEL static uint64_t memory(uint64_t seed)
{
    uint64_t at = seed;

    for (int i = 0; i < WORDS; i++)
        words[i] = seed += 0x9e3779b97f4a7c15u;
    for (int i = 0; i < STEPS; i++) {
        at = words[at % WORDS] + (uint64_t)i;
        words[at % WORDS] ^= at;
    }
    return at;
}

static const struct {
    const char *name;
    uint64_t (*run)(uint64_t seed);
} kernels[3] = { { "integer", integers }, { "double", doubles }, { "memory", memory } };

static uint64_t now_ns(void);

/* Fills in the best time of each kernel; the first round warms caches and page tables and does not count. */
static uint64_t measure(uint64_t rounds, uint64_t best[3])
{
    uint64_t sum = 0;

    for (int i = 0; i < 3; i++) {
        best[i] = UINT64_MAX;
        for (uint64_t round = 0; round <= rounds; round++) {
            uint64_t start = now_ns();
            sum += kernels[i].run(42 + round);
            uint64_t took = now_ns() - start;
            if (round > 0 && took < best[i])
                best[i] = took;
        }
    }
    return sum;
}

#if __STDC_HOSTED__
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int main(int count, char **arguments)
{
    uint64_t best[3], sum = measure(count > 1 ? strtoull(arguments[1], NULL, 10) : 3, best);

    for (int i = 0; i < 3; i++)
        printf("%s %" PRIu64 " ", kernels[i].name, best[i]);
    printf("sum %" PRIx64 "\n", sum);
    return 0;
}
#else
#include "../say.h"
#include "../words.h"

static uint64_t now_ns(void)
{
    return solo5_clock_monotonic();
}

int solo5_app_main(const struct solo5_start_info *info)
{
    const char *line = info->cmdline;
    uint64_t best[3], sum = measure(next_number(&line, 3), best);

    say("%s %u %s %u %s %u sum %x\n", kernels[0].name, best[0], kernels[1].name, best[1], kernels[2].name, best[2], sum);
    return SOLO5_EXIT_SUCCESS;
}
#endif
