/*
 * deprivileged.h: the least that KVM needs to run a guest at CPL 3 in long mode, as Mayfly's machine does: page tables, GDT, TSS
 * with an I/O bitmap. No IDT: an exception ends the VM. For the two programs beside it; whatever fails ends the program.
 */
#ifndef DEPRIVILEGED_H_INCLUDED
#define DEPRIVILEGED_H_INCLUDED

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define GDT    0x1000
#define TSS    0x1800
#define PML4   0x5000
#define PDPT   0x6000
#define PD     0x7000
#define PAGES  0x8000
#define TABLES 0x9000 /* first address behind the tables */

#define TSS_BYTES    104
#define BITMAP_BYTES 0xe2 /* ports below 0x708, and the byte of ones behind them */
#define FIRST_PORT   0x500
#define LAST_PORT    0x707

#define PRESENT   1u
#define WRITABLE  2u
#define USER      4u
#define TOUCHED   0x60u /* accessed and dirty */
#define LARGE     0x80u
#define PAGE      4096u
#define LARGE_PAGE (2u << 20)

struct host {
    int kvm;
    size_t run_bytes;
    struct kvm_sregs sregs; /* of a new vCPU; then as the guest starts */
    struct kvm_cpuid2 *cpuid;
    uint64_t tsc_hz;
};

struct vm {
    int fd, vcpu;
    struct kvm_run *run;
};

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static int must(int result, const char *what)
{
    if (result == -1)
        fail(what);
    return result;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint8_t *map(size_t bytes, int flags, int fd)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

    if (memory == MAP_FAILED)
        fail("mmap");
    return memory;
}

static void put64(uint8_t *memory, size_t at, uint64_t value)
{
    memcpy(memory + at, &value, sizeof value);
}

/* Descriptor tables and page tables: 4 KiB pages in the first 2 MiB, where the image lies, and 2 MiB pages above. */
static void write_tables(uint8_t *memory, size_t bytes)
{
    put64(memory, GDT + 0x08, 0x00affb000000ffff);
    put64(memory, GDT + 0x10, 0x00cff3000000ffff);
    put64(memory, GDT + 0x28, 0x00008b0000000000 | (uint64_t)TSS << 16 | (TSS_BYTES + BITMAP_BYTES - 1));
    memory[TSS + 102] = TSS_BYTES;
    memset(memory + TSS + TSS_BYTES, 0xff, BITMAP_BYTES);
    for (unsigned port = FIRST_PORT; port <= LAST_PORT; port++)
        memory[TSS + TSS_BYTES + port / 8] &= (uint8_t)~(1u << port % 8);

    const uint64_t table = PRESENT | WRITABLE | USER | TOUCHED;
    put64(memory, PML4, PDPT | table);
    put64(memory, PDPT, PD | table);
    put64(memory, PD, PAGES | table);
    for (uint64_t page = PAGE; page < LARGE_PAGE; page += PAGE)
        put64(memory, PAGES + page / PAGE * 8, page | PRESENT | WRITABLE | TOUCHED | (page < TABLES ? 0 : USER));
    for (uint64_t page = LARGE_PAGE; page < bytes; page += LARGE_PAGE)
        put64(memory, PD + page / LARGE_PAGE * 8, page | table | LARGE);
}

static struct kvm_segment segment(uint16_t selector, uint8_t type, uint8_t is_code)
{
    return (struct kvm_segment) { .limit = 0xffffffff, .selector = selector, .type = type, .present = 1, .dpl = 3,
        .db = !is_code, .s = 1, .l = is_code, .g = 1 };
}

/* Opens /dev/kvm and learns, from one VM for a trial, what every VM needs. */
static struct host open_host(void)
{
    struct host host = { .kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "open /dev/kvm") };
    int vm = must(ioctl(host.kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    int vcpu = must(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    const unsigned leaves = 256;

    host.run_bytes = (size_t)must(ioctl(host.kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    host.tsc_hz = (uint64_t)must(ioctl(vcpu, KVM_GET_TSC_KHZ, 0), "KVM_GET_TSC_KHZ") * 1000;
    host.cpuid = calloc(1, sizeof *host.cpuid + leaves * sizeof host.cpuid->entries[0]);
    host.cpuid->nent = leaves;
    must(ioctl(host.kvm, KVM_GET_SUPPORTED_CPUID, host.cpuid), "KVM_GET_SUPPORTED_CPUID");
    struct kvm_sregs *s = &host.sregs;
    must(ioctl(vcpu, KVM_GET_SREGS, s), "KVM_GET_SREGS");
    s->cs = segment(0x0b, 11, 1);
    s->ds = s->es = s->fs = s->gs = s->ss = segment(0x13, 3, 0);
    s->tr = (struct kvm_segment) { .base = TSS, .limit = TSS_BYTES + BITMAP_BYTES - 1, .selector = 0x28, .type = 11, .present = 1 };
    s->ldt = (struct kvm_segment) { .unusable = 1 };
    s->gdt = (struct kvm_dtable) { .base = GDT, .limit = 0x37 };
    s->idt = (struct kvm_dtable) { 0 };
    s->cr0 = 0x80050033;
    s->cr3 = PML4;
    s->cr4 = 0x620;
    s->efer = 0xd00;
    close(vcpu);
    close(vm);
    return host;
}

static struct vm create_vm(const struct host *host, uint8_t *memory, size_t bytes)
{
    struct vm vm = { .fd = must(ioctl(host->kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM") };
    struct kvm_userspace_memory_region region = { .memory_size = bytes, .userspace_addr = (uintptr_t)memory };

    must(ioctl(vm.fd, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
    vm.vcpu = must(ioctl(vm.fd, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    vm.run = (struct kvm_run *)map(host->run_bytes, MAP_SHARED, vm.vcpu);
    must(ioctl(vm.vcpu, KVM_SET_CPUID2, host->cpuid), "KVM_SET_CPUID2");
    return vm;
}

static void enter(const struct host *host, struct vm vm, struct kvm_regs regs)
{
    regs.rflags = 2;
    must(ioctl(vm.vcpu, KVM_SET_SREGS, &host->sregs), "KVM_SET_SREGS");
    must(ioctl(vm.vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* Runs the guest until its next out; returns the port. */
static inline unsigned run_to_out(struct vm vm)
{
    must(ioctl(vm.vcpu, KVM_RUN, 0), "KVM_RUN");
    if (vm.run->exit_reason != KVM_EXIT_IO) {
        fprintf(stderr, "KVM_RUN: got exit reason %u, expected KVM_EXIT_IO\n", vm.run->exit_reason);
        exit(1);
    }
    return vm.run->io.port;
}

static void close_vm(const struct host *host, struct vm vm)
{
    munmap(vm.run, host->run_bytes);
    close(vm.vcpu);
    close(vm.fd);
}

#endif
