/* entropy.c: random bytes from a request's 32: ChaCha20's key stream (RFC 8439), and a fast generator for Math.random. */
#include "runtime.h"
#include <cpuid.h>

#define WORDS 16

static u32 input[WORDS];
static u8 stream[4 * WORDS];
static size_t stream_used = sizeof stream;
static u64 state[4];
/* Set while there is no seed, and zeros would be taken for chance. */
static bool is_refused;

static u32 rotate(u32 word, int by)
{
    return word << by | word >> (32 - by);
}

static void quarter_round(u32 *x, int a, int b, int c, int d)
{
    x[a] += x[b]; x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d]; x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b]; x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d]; x[b] = rotate(x[b] ^ x[c], 7);
}

static void next_block(void)
{
    u32 x[WORDS];

    memcpy(x, input, sizeof x);
    for (int i = 0; i < 10; i++) {
        for (int column = 0; column < 4; column++)
            quarter_round(x, column, column + 4, column + 8, column + 12);
        for (int row = 0; row < 4; row++)
            quarter_round(x, row, (row + 1) % 4 + 4, (row + 2) % 4 + 8, (row + 3) % 4 + 12);
    }
    for (int i = 0; i < WORDS; i++)
        x[i] += input[i];
    memcpy(stream, x, sizeof stream);
    stream_used = 0;
    /* A 64-bit counter: a request draws less than 2^64 blocks. */
    if (++input[12] == 0)
        input[13]++;
}

void entropy_seed(const uint8_t seed[32])
{
    static const char constant[16] = { 'e', 'x', 'p', 'a', 'n', 'd', ' ', '3', '2', '-', 'b', 'y', 't', 'e', ' ', 'k' };

    memset(input, 0, sizeof input);
    memcpy(input, constant, sizeof constant);
    memcpy(input + 4, seed, 32);
    stream_used = sizeof stream;
    is_refused = false;
    entropy_fill(state, sizeof state);
}

/* RDRAND may have run dry for a moment; ten times in a row it does not (Intel's manual, volume 1, section 7.3.17). */
static bool processor_number(u64 *number)
{
    bool is_there = false;

    for (int i = 0; i < 10 && !is_there; i++)
        __asm__ volatile("rdrand %0" : "=r"(*number), "=@ccc"(is_there));
    return is_there;
}

void entropy_start(void)
{
    unsigned eax, ebx, ecx = 0, edx;
    u64 seed[4];
    bool is_there = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_RDRND) != 0;

    for (int i = 0; i < 4 && is_there; i++)
        is_there = processor_number(&seed[i]);
    if (is_there)
        entropy_seed((const uint8_t *)seed);
    else
        is_refused = true;
}

void entropy_fill(void *to, size_t len)
{
    u8 *at = to;

    if (is_refused)
        give_up("a function asked for random numbers before its first request, and this processor has none (RDRAND)\n");
    while (len > 0) {
        if (stream_used == sizeof stream)
            next_block();
        size_t piece = sizeof stream - stream_used;
        if (piece > len)
            piece = len;
        memcpy(at, stream + stream_used, piece);
        stream_used += piece;
        at += piece;
        len -= piece;
    }
}

/* 0 to below 1, by xoshiro256+ (Blackman and Vigna): its upper 53 bits. */
double entropy_number(void)
{
    u64 result = state[0] + state[3], shifted = state[1] << 17;

    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = state[3] << 45 | state[3] >> 19;
    return (double)(result >> 11) * 0x1p-53;
}
