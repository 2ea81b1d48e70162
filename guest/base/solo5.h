/* solo5.h: Solo5's public interface, as Mayfly's base layer offers it. A program written for Solo5 compiles against it. */
#ifndef SOLO5_H_INCLUDED
#define SOLO5_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an operation came to. */
typedef enum {
    SOLO5_R_OK = 0,   /* done */
    SOLO5_R_AGAIN,    /* nothing there yet; the same call may succeed later */
    SOLO5_R_EINVAL,   /* an argument is out of its range */
    SOLO5_R_EUNSPEC   /* the host could not do it */
} solo5_result_t;

/* ---- Start and end ---- */

/*
 * What the program knows at its start. The heap is one run of zeroed memory, readable, writable, never executable. The stack
 * that the program starts on grows downwards from the heap's end, inside it: a program that hands out heap memory keeps off the top.
 */
struct solo5_start_info {
    const char *cmdline;  /* the arguments, one string; leading --solo5:… words are taken off */
    uintptr_t heap_start; /* page-aligned */
    size_t heap_size;     /* bytes, up to the end of memory */
};

/* The program. What it returns is its exit status. */
int solo5_app_main(const struct solo5_start_info *info);

#define SOLO5_EXIT_SUCCESS 0
#define SOLO5_EXIT_FAILURE 1
#define SOLO5_EXIT_ABORT   255

/* Ends the virtual machine. Programs use statuses below 255. */
void solo5_exit(int status) __attribute__((noreturn));

/* Ends the virtual machine with status 255: something went wrong that the program cannot mend. */
void solo5_abort(void) __attribute__((noreturn));

/* ---- Thread-local storage ---- */

/*
 * One block of thread-local variables for each thread: get solo5_tls_size() bytes, hand them to solo5_tls_init(), and run the
 * thread with solo5_set_tls_base(solo5_tls_tp_offset(block)). The base layer does this once for the main program when
 * it has thread-local variables.
 */
size_t solo5_tls_size(void);
uintptr_t solo5_tls_tp_offset(uintptr_t tls);
solo5_result_t solo5_tls_init(uintptr_t tls);
solo5_result_t solo5_set_tls_base(uintptr_t base);

/* ---- Time ---- */

typedef uint64_t solo5_time_t; /* nanoseconds */

/* Time that only goes forward, from an unspecified start. Costs no hypercall. */
solo5_time_t solo5_clock_monotonic(void);

/* The host's clock: nanoseconds since 1970-01-01 UTC. One hypercall. */
solo5_time_t solo5_clock_wall(void);

/* ---- Handles and waiting ---- */

typedef uint64_t solo5_handle_t;
typedef uint64_t solo5_handle_set_t; /* bit n is handle n */

/*
 * Waits until the monotonic clock reaches `deadline` or a network device has a frame, whichever comes first. When `ready_set` is not
 * NULL it gets the handles with a frame waiting.
 */
void solo5_yield(solo5_time_t deadline, solo5_handle_set_t *ready_set);

/* ---- Console ---- */

/* Writes `size` bytes. Never fails; the host may drop what it cannot take. */
void solo5_console_write(const char *buf, size_t size);

/* ---- Network ---- */

#define SOLO5_NET_ALEN 6  /* bytes of an Ethernet address */
#define SOLO5_NET_HLEN 14 /* bytes of an Ethernet header */

struct solo5_net_info {
    uint8_t mac_address[SOLO5_NET_ALEN];
    size_t mtu; /* bytes behind the Ethernet header */
};

/* Finds the device that the manifest declares as `name`. Once for each name: a second call is SOLO5_R_EINVAL. */
solo5_result_t solo5_net_acquire(const char *name, solo5_handle_t *handle, struct solo5_net_info *info);

/* Sends one frame, header included, of at most mtu + SOLO5_NET_HLEN bytes. Never waits; a frame may be lost. */
solo5_result_t solo5_net_write(solo5_handle_t handle, const uint8_t *buf, size_t size);

/* Takes one frame into a buffer of at least mtu + SOLO5_NET_HLEN bytes; SOLO5_R_AGAIN when none waits. */
solo5_result_t solo5_net_read(solo5_handle_t handle, uint8_t *buf, size_t size, size_t *read_size);

/* ---- Block storage ---- */

typedef uint64_t solo5_off_t; /* bytes */

struct solo5_block_info {
    solo5_off_t capacity;   /* bytes, whole blocks */
    solo5_off_t block_size; /* bytes */
};

/* Finds the device that the manifest declares as `name`. Once for each name: a second call is SOLO5_R_EINVAL. */
solo5_result_t solo5_block_acquire(const char *name, solo5_handle_t *handle, struct solo5_block_info *info);

/*
 * Move `size` bytes at `offset`, all or nothing. Both are whole blocks and inside the device, else SOLO5_R_EINVAL.
 * Mayfly and solo5-hvt move several blocks with one call; other Solo5 targets move one.
 */
solo5_result_t solo5_block_write(solo5_handle_t handle, solo5_off_t offset, const uint8_t *buf, size_t size);
solo5_result_t solo5_block_read(solo5_handle_t handle, solo5_off_t offset, uint8_t *buf, size_t size);

#endif
