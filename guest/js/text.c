/* text.c: UTF-8 to strings and back, for the prelude. */
#include "runtime.h"

/* encode(string): its UTF-8 as an ArrayBuffer. */
js_value native_encode(const js_value *arguments)
{
    struct text text = text_of(arguments[0]);

    if (text.at == 0)
        return JS_ThrowOutOfMemory(context);
    js_value value = JS_NewArrayBufferCopy(context, text.at, text.len);
    text_free(text);
    return value;
}

/* decode(buffer, offset, length): the string that UTF-8 means. */
js_value native_decode(const js_value *arguments)
{
    struct piece piece = piece_of(arguments);

    return piece.at == 0 ? JS_EXCEPTION : JS_NewStringLen(context, piece.at, piece.len);
}

/* How many bytes the sequence at `at` has that UTF-8 allows (Unicode standard, table 3-7); 0 when it allows none. */
static u32 sequence(const u8 *at, u32 left)
{
    u8 first = at[0], low = 0x80, high = 0xbf;
    u32 len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

    if (len == 0 || len > left)
        return 0;
    if (first == 0xe0)
        low = 0xa0;
    if (first == 0xed)
        high = 0x9f;
    if (first == 0xf0)
        low = 0x90;
    if (first == 0xf4)
        high = 0x8f;
    for (u32 i = 1; i < len; i++) {
        if (at[i] < low || at[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return len;
}

/* isUtf8(buffer, offset, length) */
js_value native_is_utf8(const js_value *arguments)
{
    struct piece piece = piece_of(arguments);

    if (piece.at == 0)
        return JS_EXCEPTION;
    const u8 *at = linear(piece.at);
    for (u32 left = piece.len, len; left > 0; left -= len, at += len) {
        len = sequence(at, left);
        if (len == 0)
            return value_of_bool(false);
    }
    return value_of_bool(true);
}
