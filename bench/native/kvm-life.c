/*
 * kvm-life.c: the least that a virtual machine's life can cost on this KVM: create, load, run an image until it halts, close, with
 * no checks and no limits. `kvm-life IMAGE COMMAND-LINE`; for each line "N" on stdin it lives N lives and prints for each
 * "create load boot run close" in nanoseconds, boot being the time to the first hypercall.
 */
#include "deprivileged.h"
#include <elf.h>

#define MEMORY_BYTES (32u << 20)
#define BOOT_INFO    0x80000
#define MANIFEST     0x81000
#define COMMAND_LINE 0x83000
#define HALT_PORT    0x508

struct boot_info {
    uint64_t mem_size, kernel_end, cpu_cycle_freq, cmdline, mft;
    uint32_t host_features, guest_features;
    uint64_t net_ring;
};

struct image {
    const uint8_t *file;
    uint64_t end;
};

static struct image open_image(const char *path)
{
    int fd = must(open(path, O_RDONLY), path);
    struct image image = { map((size_t)must((int)lseek(fd, 0, SEEK_END), path), MAP_PRIVATE, fd), 0 };
    const Elf64_Ehdr *head = (const void *)image.file;
    const Elf64_Phdr *segment = (const void *)(image.file + head->e_phoff);

    for (int i = 0; i < head->e_phnum; i++)
        if (segment[i].p_type == PT_LOAD && segment[i].p_vaddr + segment[i].p_memsz > image.end)
            image.end = segment[i].p_vaddr + segment[i].p_memsz;
    image.end = (image.end + PAGE - 1) / PAGE * PAGE;
    close(fd);
    return image;
}

/* `tables` are the same for every life: they are written once and copied. */
static void load(uint8_t *memory, const uint8_t *tables, struct image image, uint64_t tsc_hz, const char *line)
{
    const Elf64_Ehdr *head = (const void *)image.file;
    const Elf64_Phdr *segment = (const void *)(image.file + head->e_phoff);
    struct boot_info info = { .mem_size = MEMORY_BYTES, .kernel_end = image.end, .cpu_cycle_freq = tsc_hz,
        .cmdline = COMMAND_LINE, .mft = MANIFEST };

    memcpy(memory + PAGE, tables + PAGE, TABLES - PAGE);
    for (int i = 0; i < head->e_phnum; i++)
        if (segment[i].p_type == PT_LOAD)
            memcpy(memory + segment[i].p_vaddr, image.file + segment[i].p_offset, segment[i].p_filesz);
    memcpy(memory + BOOT_INFO, &info, sizeof info);
    memory[MANIFEST] = 1; /* version 1, no entries */
    strcpy((char *)memory + COMMAND_LINE, line);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fputs("usage: kvm-life IMAGE COMMAND-LINE\n", stderr);
        return 1;
    }
    struct host host = open_host();
    struct image image = open_image(arguments[1]);
    const Elf64_Ehdr *head = (const void *)image.file;
    uint8_t *memory = map(MEMORY_BYTES, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    uint8_t *tables = calloc(1, TABLES);

    write_tables(tables, MEMORY_BYTES);
    for (unsigned long lives; scanf("%lu", &lives) == 1;) {
        while (lives-- > 0) {
            uint64_t start = now_ns();
            struct vm vm = create_vm(&host, memory, MEMORY_BYTES);
            uint64_t created = now_ns();
            load(memory, tables, image, host.tsc_hz, arguments[2]);
            enter(&host, vm, (struct kvm_regs) { .rip = head->e_entry, .rsp = MEMORY_BYTES - 8, .rdi = BOOT_INFO });
            uint64_t loaded = now_ns();
            unsigned port = run_to_out(vm);
            uint64_t booted = now_ns();
            while (port != HALT_PORT)
                port = run_to_out(vm);
            uint64_t halted = now_ns();
            close_vm(&host, vm);
            must(madvise(memory, MEMORY_BYTES, MADV_DONTNEED), "madvise");
            uint64_t closed = now_ns();
            printf("%lu %lu %lu %lu %lu\n", created - start, loaded - created, booted - loaded, halted - booted, closed - halted);
        }
        fflush(stdout);
    }
    return 0;
}
