/* mayfly-abi.h: the hypercall ABI in C (docs/abi.md): boot information, hypercalls, manifest. */
#ifndef MAYFLY_ABI_H_INCLUDED
#define MAYFLY_ABI_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Boot information ---- */

#define MAYFLY_FEATURE_EXCHANGE (UINT32_C(1) << 31)
#define MAYFLY_FEATURE_OUTBOUND (UINT32_C(1) << 30)

struct hvt_boot_info {
    uint64_t mem_size;       /* bytes */
    uint64_t kernel_end;     /* first address behind the image */
    uint64_t cpu_cycle_freq; /* time-stamp counter, Hz */
    const char *cmdline;
    const void *mft;         /* struct mft */
    uint32_t host_features;
    uint32_t guest_features;
    void *net_ring;
};

/* ---- Hypercalls ---- */

#define HVT_HYPERCALL_PIO_BASE 0x500

#define HVT_HYPERCALL_WALLTIME    1
#define HVT_HYPERCALL_PUTS        2
#define HVT_HYPERCALL_POLL        3
#define HVT_HYPERCALL_BLOCK_WRITE 4
#define HVT_HYPERCALL_BLOCK_READ  5
#define HVT_HYPERCALL_NET_WRITE   6
#define HVT_HYPERCALL_NET_READ    7
#define HVT_HYPERCALL_HALT        8

struct hvt_hc_walltime {
    uint64_t nsecs; /* out */
};

struct hvt_hc_puts {
    const char *data;
    size_t len;
};

struct hvt_hc_poll {
    uint64_t timeout_nsecs;
    uint64_t ready_set; /* out */
    int ret;            /* out */
};

struct hvt_hc_block_write {
    uint64_t handle;
    uint64_t offset; /* bytes */
    const void *data;
    size_t len;
    int ret; /* out */
};

struct hvt_hc_block_read {
    uint64_t handle;
    uint64_t offset; /* bytes */
    void *data;
    size_t len; /* in, out */
    int ret;    /* out */
};

struct hvt_hc_net_write {
    uint64_t handle;
    const void *data;
    size_t len;
    int ret; /* out */
};

struct hvt_hc_net_read {
    uint64_t handle;
    void *data;
    size_t len; /* in, out */
    int ret;    /* out */
};

struct hvt_hc_halt {
    void *cookie;
    int exit_status;
};

#define MAYFLY_EXCHANGE_PIO 0x700

#define MAYFLY_EXCHANGE_NEXT     1
#define MAYFLY_EXCHANGE_READ     2
#define MAYFLY_EXCHANGE_WRITE    3
#define MAYFLY_EXCHANGE_TRY_READ 4
#define MAYFLY_EXCHANGE_END      5
#define MAYFLY_EXCHANGE_ABANDON  6

#define MAYFLY_READY_BODY 63

#define MAYFLY_EXCHANGE_MORE 1

#define MAYFLY_EXCHANGE_BUFFER_MIN 65536
#define MAYFLY_EXCHANGE_HEAD_MAX   65536
#define MAYFLY_BODY_LEN_UNKNOWN    UINT64_MAX
#define MAYFLY_ABANDON_MAX         131072

struct mayfly_hc_exchange {
    uint32_t operation;
    uint32_t flags; /* out */
    const void *head;
    uint64_t head_len;
    const void *body;
    uint64_t body_len;
    void *buffer;
    uint64_t buffer_len;
    uint64_t request_head_len; /* out */
    uint64_t request_body_len; /* out */
    int32_t ret;               /* out */
};

struct mayfly_request_head {
    uint64_t time_ns;
    uint8_t entropy[32];
    uint64_t body_len;
    uint32_t header_count;
    uint32_t strings_len;
};

struct mayfly_response_head {
    uint32_t status;
    uint32_t header_count;
    uint32_t strings_len;
    uint32_t reserved;
};

#define MAYFLY_OUTBOUND_PIO 0x701

#define MAYFLY_OUTBOUND_OPEN  1
#define MAYFLY_OUTBOUND_WRITE 2
#define MAYFLY_OUTBOUND_READ  3
#define MAYFLY_OUTBOUND_CLOSE 4

#define MAYFLY_OUTBOUND_MORE   1
#define MAYFLY_OUTBOUND_HEAD   1
#define MAYFLY_OUTBOUND_END    2
#define MAYFLY_OUTBOUND_FAILED 4

#define MAYFLY_REDIRECT_FOLLOW 0
#define MAYFLY_REDIRECT_ERROR  1
#define MAYFLY_REDIRECT_MANUAL 2

#define MAYFLY_OUTBOUND_MAX      16
#define MAYFLY_READY_OUTBOUND    32
#define MAYFLY_OUTBOUND_HEAD_MAX 65536

struct mayfly_hc_outbound {
    uint32_t operation;
    uint32_t handle;    /* in; out of OPEN */
    uint32_t in_flags;
    uint32_t out_flags; /* out */
    const void *head;
    uint64_t head_len;
    const void *body;
    uint64_t body_len;
    void *buffer;
    uint64_t buffer_len;
    uint64_t answer_len; /* out */
    int32_t ret;         /* out */
};

struct mayfly_outbound_request {
    uint32_t redirect;
    uint32_t header_count;
    uint32_t strings_len;
    uint32_t reserved;
};

struct mayfly_outbound_response {
    uint32_t status;
    uint32_t header_count;
    uint32_t strings_len;
    uint32_t redirected;
};

/* Hands the struct at `argument` to the monitor. Addresses below 4 GiB: the port is 32 bits wide. */
static inline void mayfly_out(uint16_t port, volatile void *argument)
{
    /* The whole pointer is an operand, so that the compiler knows that the struct is read and written. */
    __asm__ volatile("outl %k0, %w1" : : "a"(argument), "d"(port) : "memory");
}

static inline void mayfly_hypercall(unsigned number, volatile void *argument)
{
    mayfly_out((uint16_t)(HVT_HYPERCALL_PIO_BASE + number), argument);
}

/* ---- The manifest, as the monitor fills it in ---- */

#define MFT_VERSION   1
#define MFT_NAME_SIZE 68

#define MFT_DEV_BLOCK_BASIC 1
#define MFT_DEV_NET_BASIC   2

struct mft_block_basic {
    uint64_t capacity; /* bytes */
    uint16_t block_size;
};

struct mft_net_basic {
    uint8_t mac[6];
    uint16_t mtu;
};

struct mft_entry {
    char name[MFT_NAME_SIZE];
    uint32_t type;
    union {
        struct mft_block_basic block_basic;
        struct mft_net_basic net_basic;
    } u;
    uint64_t b; /* the host's own */
    bool attached;
};

struct mft {
    uint32_t version;
    uint32_t entries;
    struct mft_entry e[];
};

#endif
