/*
 * kvm-loop.c: the least that a hypercall can cost on this KVM: a guest that does nothing but `out`, a host that does nothing but
 * KVM_RUN. For each line "N" on stdin it makes N round trips and prints how long they took, in nanoseconds.
 */
#include "deprivileged.h"

#define MEMORY_BYTES (32u << 20)
#define CODE         0x100000
#define ARGUMENT     0x101000 /* what the guest passes: the place of the hypercall's struct */

int main(void)
{
    /* The loop of the bench's own guest: out %eax, %dx; dec %ecx; jnz. Here it never ends. */
    static const uint8_t code[] = { 0xef, 0xff, 0xc9, 0x75, 0xfb, 0xeb, 0xf9 };
    struct host host = open_host();
    uint8_t *memory = map(MEMORY_BYTES, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

    write_tables(memory, MEMORY_BYTES);
    memcpy(memory + CODE, code, sizeof code);
    struct vm vm = create_vm(&host, memory, MEMORY_BYTES);
    enter(&host, vm, (struct kvm_regs) { .rip = CODE, .rax = ARGUMENT, .rcx = UINT32_MAX, .rdx = 0x501 });
    run_to_out(vm);
    for (unsigned long count; scanf("%lu", &count) == 1;) {
        uint64_t start = now_ns();
        for (unsigned long i = 0; i < count; i++)
            run_to_out(vm);
        printf("%lu\n", now_ns() - start);
        fflush(stdout);
    }
    close_vm(&host, vm);
    return 0;
}
