/* body.c: the request's body, piece by piece from the monitor into the engine's memory. */
#include "runtime.h"

struct text body_take(void)
{
    u64 expected = request.more && request.body_len != MAYFLY_BODY_LEN_UNKNOWN ? request.body_len : request.piece_len;
    struct text body = { 0 };

    /* A length that the engine's memory cannot hold fails here, before anything is read. */
    u32 room = expected < UINT32_MAX / 2 ? (u32)expected + 1 : 0;
    body.at = room == 0 ? 0 : wasm_malloc(room);
    while (body.at != 0) {
        if (request.piece_len >= room - body.len) {
            u32 doubled = room < UINT32_MAX / 4 ? 2 * room + (u32)request.piece_len : 0;
            engine_ptr larger = doubled == 0 ? 0 : wasm_malloc(doubled);
            if (larger != 0)
                memcpy(linear(larger), linear(body.at), body.len);
            wasm_free(body.at);
            body.at = larger;
            room = doubled;
            continue;
        }
        memcpy((u8 *)linear(body.at) + body.len, request.body, request.piece_len);
        body.len += (u32)request.piece_len;
        request.piece_len = 0;
        if (!mayfly_read(&request))
            break;
    }
    return body;
}
