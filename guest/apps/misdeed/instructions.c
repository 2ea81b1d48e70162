/* instructions.c: instructions that a guest has no business with. */
#include "misdeed.h"

static _Alignas(16) uint8_t zeros[512];

#define DO(NAME, ...)                                                                                                  \
    static void NAME(void)                                                                                             \
    {                                                                                                                  \
        __asm__ volatile(__VA_ARGS__);                                                                                 \
    }

#define SYSTEM_CALL "rcx", "r11", "memory", "cc"

DO(run_ud2, "ud2")
DO(run_int3, "int3")
DO(run_int_0x80, "int $0x80" : : "a"(1), "b"(7))
DO(run_divide, "xor %%edx, %%edx; xor %%ecx, %%ecx; mov $1, %%eax; div %%ecx" : : : "rax", "rcx", "rdx")
DO(run_hlt, "hlt")
DO(run_cli, "cli")
DO(run_sti, "sti")
DO(run_mov_cr0, "mov %0, %%cr0" : : "r"(UINT64_C(0x80000011)))
DO(run_mov_cr3, "mov %0, %%cr3" : : "r"(UINT64_C(0x10000)))
DO(run_mov_cr4, "mov %0, %%cr4" : : "r"(UINT64_C(0x620)))
DO(run_mov_dr7, "mov %0, %%dr7" : : "r"(UINT64_C(0x400)))
DO(run_wrmsr, "wrmsr" : : "c"(0x1b), "a"(0), "d"(0)) /* IA32_APIC_BASE */
DO(run_wrmsr_efer, "wrmsr" : : "c"(0xc0000080), "a"(0), "d"(0))
DO(run_wrmsr_lstar, "wrmsr" : : "c"(0xc0000082), "a"(zeros), "d"(0))
DO(run_wrmsr_odd_base, "wrmsr" : : "c"(0xc0000100), "a"(0), "d"(0x80000000)) /* FS_BASE, not canonical */
DO(run_rdmsr, "rdmsr" : : "c"(0x1b) : "rax", "rdx")
DO(run_syscall, "syscall" : : "a"(60), "D"(7) : SYSTEM_CALL)
DO(run_sysenter, "sysenter" : : "a"(1) : SYSTEM_CALL)
DO(run_vmcall, "vmcall" : : "a"(1) : SYSTEM_CALL)
DO(run_vmmcall, "vmmcall" : : "a"(1) : SYSTEM_CALL)
DO(run_lgdt, "lgdt %0" : : "m"(zeros))
DO(run_lldt, "lldt %w0" : : "r"(8))
DO(run_ltr, "ltr %w0" : : "r"(8))
DO(run_invlpg, "invlpg %0" : : "m"(zeros))
DO(run_wbinvd, "wbinvd")
DO(run_swapgs, "swapgs")
DO(run_clts, "clts")
DO(run_xsetbv, "xsetbv" : : "c"(0), "a"(7), "d"(0))
DO(run_rdpmc, "rdpmc" : : "c"(0) : "rax", "rdx")
DO(run_icebp, ".byte 0xf1")
DO(run_iretq, "xor %%eax, %%eax; push $0x10; push %%rsp; push $0x3002; push $0x08; push %%rax; iretq" : : : "rax", "memory")
DO(run_lretq, "push $0x08; push $0; lretq" : : : "memory")
DO(run_popf_iopl, "pushf; orl $0x3000, (%%rsp); popf; cli" : : : "memory", "cc")
DO(run_single_step, "pushf; orl $0x100, (%%rsp); popf; nop; nop" : : : "memory", "cc")
DO(run_unaligned, "pushf; orl $0x40000, (%%rsp); popf; movl 1(%0), %%eax; pushf; andl $~0x40000, (%%rsp); popf"
   : : "r"(zeros) : "rax", "memory", "cc")
DO(run_unaligned_vector, "movaps 1(%0), %%xmm0" : : "r"(zeros) : "xmm0")
DO(run_split_lock, "lock addl $1, 61(%0)" : : "r"(zeros) : "memory", "cc")
DO(run_avx, "vxorps %%ymm0, %%ymm0, %%ymm0" : : : "xmm0")
DO(run_sse_exception, "movl $0x1f00, (%0); ldmxcsr (%0); xorps %%xmm0, %%xmm0; movss %%xmm0, %%xmm1; divss %%xmm0, %%xmm1"
   : : "r"(zeros) : "memory", "xmm0", "xmm1")
DO(run_x87_exception, "fninit; movl $0x300, (%0); fldcw (%0); fld1; fldz; fdivrp; fwait" : : "r"(zeros) : "memory")

static const struct {
    const char *name;
    void (*run)(void);
} known[] = {
    { "ud2", run_ud2 },
    { "int3", run_int3 },
    { "int-0x80", run_int_0x80 },
    { "divide", run_divide },
    { "hlt", run_hlt },
    { "cli", run_cli },
    { "sti", run_sti },
    { "mov-cr0", run_mov_cr0 },
    { "mov-cr3", run_mov_cr3 },
    { "mov-cr4", run_mov_cr4 },
    { "mov-dr7", run_mov_dr7 },
    { "wrmsr", run_wrmsr },
    { "wrmsr-efer", run_wrmsr_efer },
    { "wrmsr-lstar", run_wrmsr_lstar },
    { "wrmsr-odd-base", run_wrmsr_odd_base },
    { "rdmsr", run_rdmsr },
    { "syscall", run_syscall },
    { "sysenter", run_sysenter },
    { "vmcall", run_vmcall },
    { "vmmcall", run_vmmcall },
    { "lgdt", run_lgdt },
    { "lldt", run_lldt },
    { "ltr", run_ltr },
    { "invlpg", run_invlpg },
    { "wbinvd", run_wbinvd },
    { "swapgs", run_swapgs },
    { "clts", run_clts },
    { "xsetbv", run_xsetbv },
    { "rdpmc", run_rdpmc },
    { "icebp", run_icebp },
    { "iretq", run_iretq },
    { "lretq", run_lretq },
    { "popf-iopl", run_popf_iopl },
    { "single-step", run_single_step },
    { "unaligned", run_unaligned },
    { "unaligned-vector", run_unaligned_vector },
    { "split-lock", run_split_lock },
    { "avx", run_avx },
    { "sse-exception", run_sse_exception },
    { "x87-exception", run_x87_exception },
};

static void run(const char *line)
{
    const char *name = next_word(&line);

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].run();
    say("misdeed: there is no instruction \"%s\"\n", name);
    solo5_exit(99);
}

const struct misdeed instructions[] = { { "run", run }, { NULL, NULL } };
