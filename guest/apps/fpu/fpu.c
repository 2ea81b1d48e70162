/* fpu.c: SSE and x87 work from the first instruction, and their state survives a hypercall. Ends with the number of the failure. */
#include <mayfly.h>
#include <solo5.h>

static bool vectors_multiply(void)
{
    _Alignas(16) float values[4] = { 2, 5, 3, 8 };

    __asm__ volatile("movaps %0, %%xmm1; mulps %%xmm1, %%xmm1; movaps %%xmm1, %0" : "+m"(values) : : "xmm1");
    return values[0] == 4 && values[1] == 25 && values[2] == 9 && values[3] == 64;
}

static bool x87_takes_roots(void)
{
    double root;

    __asm__ volatile("fninit; fld1; fld1; faddp; fsqrt; fstpl %0" : "=m"(root) : : "st");
    return root > 1.41421356 && root < 1.41421357;
}

/* The control word, rounding included, and all sixteen registers. */
static bool survives_a_hypercall(void)
{
    static _Alignas(16) uint64_t before[16][2], after[16][2];
    static struct hvt_hc_walltime walltime;
    uint32_t rounding_up = 0x5f80, control;

    for (int i = 0; i < 16; i++) {
        before[i][0] = 0x1111111111111111u * (uint64_t)i;
        before[i][1] = ~before[i][0];
    }
#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15)
#define LOAD(n)  "movaps 16*" #n "(%[before]), %%xmm" #n "\n"
#define STORE(n) "movaps %%xmm" #n ", 16*" #n "(%[after])\n"
    __asm__ volatile("ldmxcsr %[up]\n" EACH(LOAD) "outl %%eax, %%dx\n" EACH(STORE) "stmxcsr %[control]\n"
                     : [control] "=m"(control)
                     : [up] "m"(rounding_up), [before] "r"(before), [after] "r"(after), "a"(&walltime),
                       "d"(HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_WALLTIME)
                     : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                       "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    for (int i = 0; i < 16; i++)
        if (after[i][0] != before[i][0] || after[i][1] != before[i][1])
            return false;
    return control == rounding_up && walltime.nsecs > 0;
}

int solo5_app_main(const struct solo5_start_info *info)
{
    (void)info;
    if (!vectors_multiply())
        return 1;
    if (!x87_takes_roots())
        return 2;
    if (!survives_a_hypercall())
        return 3;
    return SOLO5_EXIT_SUCCESS;
}
