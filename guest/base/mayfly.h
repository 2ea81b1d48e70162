/* mayfly.h: the hypercall ABI in C (docs/abi.md), and the exchange: one HTTP request at a time, answered by the guest. */
#ifndef MAYFLY_H_INCLUDED
#define MAYFLY_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- The exchange: what a program uses ---- */

/* The request that is being answered. Strings and body lie in the base layer's buffer. */
struct mayfly_request {
    const char *method;     /* "GET" */
    const char *origin;     /* "http://127.0.0.1:8080" */
    const char *target;     /* "/hello?x=1" */
    const char *headers;    /* header_count times a name and a value, each ended by a zero byte */
    uint32_t header_count;
    uint64_t time_ns;       /* wall clock, nanoseconds since 1970 */
    const uint8_t *entropy; /* 32 random bytes, fresh for every request */
    uint64_t body_len;      /* bytes in all, or MAYFLY_BODY_LEN_UNKNOWN */
    const uint8_t *body;    /* the piece of the body at hand */
    size_t piece_len;       /* bytes of it */
    bool more;              /* the body goes on: mayfly_read() brings the next piece */
};

/* Whether the monitor offers the exchange. solo5-hvt does not. */
bool mayfly_offered(void);

/* Hands over what is left of the last response and waits for the next request. A response never begun is an empty 204. */
void mayfly_next(struct mayfly_request *request);

/*
 * Brings the next piece of the request's body; false when there is none. The piece takes the place of everything that came
 * before: method, origin, target, headers, entropy and the last piece are gone, and their pointers are NULL.
 */
bool mayfly_read(struct mayfly_request *request);

/* The value of the first header of that name (lower case), or NULL. */
const char *mayfly_header(const struct mayfly_request *request, const char *name);

/* Begins the response. Once for each request, before its headers and its body. */
void mayfly_respond(uint32_t status);

/* Adds a header to the response begun; false when the head has no room for it. Before the first piece of the body. */
bool mayfly_add_header(const char *name, const char *value);

/*
 * As mayfly_read(), but never waits: false when there is no piece yet. poll's ready set has MAYFLY_READY_BODY once there is.
 * It is also false when the body is over: then `more` is false, too.
 */
bool mayfly_try_read(struct mayfly_request *request);

/* Hands over a piece of the response's body; more follow. The piece may be reused at once. */
void mayfly_write(const void *piece, size_t len);

/* The last piece of the body, which travels with mayfly_next(): it stays untouched until then. A request costs one exit this way. */
void mayfly_end(const void *piece, size_t len);

/* The last piece of the body at once: the receiver has the whole response, and the program goes on until mayfly_next(). */
void mayfly_complete(const void *piece, size_t len);

/* ---- Requests to the outside: what a program uses ---- */

/* Whether the monitor offers them. */
bool mayfly_outbound_offered(void);

/* Begins a request's head. One at a time, until mayfly_outbound_open() has taken it. */
bool mayfly_outbound_begin(const char *method, const char *url, uint32_t redirect);

/* Adds a header to it; false when the head has no room. mayfly_outbound_begin() answers likewise. */
bool mayfly_outbound_add_header(const char *name, const char *value);

/* Starts the request; false when MAYFLY_OUTBOUND_MAX are open already. Whatever else is wrong with it is told by reading. */
bool mayfly_outbound_open(const void *piece, size_t len, bool more, uint32_t *handle);

/* Hands over a further piece of its body; false when there is no room for it yet. */
bool mayfly_outbound_write(uint32_t handle, const void *piece, size_t len, bool more);

/* What reading brought. Everything lies in the base layer's buffer, until the next call. */
struct mayfly_outbound_answer {
    uint32_t flags;                              /* MAYFLY_OUTBOUND_HEAD, _END, _FAILED; 0: a piece of the body */
    const struct mayfly_outbound_response *head; /* with _HEAD; its strings follow it */
    const uint8_t *bytes;                        /* the piece; with _FAILED the reason, UTF-8 */
    size_t len;
};

/* False when there is nothing yet; poll's ready set has the bit MAYFLY_READY_OUTBOUND + handle once there is. */
bool mayfly_outbound_read(uint32_t handle, struct mayfly_outbound_answer *answer);

/* Gives a request up. One that has ended or failed is closed already. */
void mayfly_outbound_close(uint32_t handle);

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

#define MAYFLY_READY_BODY 63

#define MAYFLY_EXCHANGE_MORE 1

#define MAYFLY_EXCHANGE_BUFFER_MIN 65536
#define MAYFLY_EXCHANGE_HEAD_MAX   65536
#define MAYFLY_BODY_LEN_UNKNOWN    UINT64_MAX

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
