/* text.c: UTF-8 to strings and back, for the prelude. */
#include "runtime.h"

/* Three bytes for what has no place in UTF-8: U+FFFD. */
static const u8 replacement[3] = { 0xef, 0xbf, 0xbd };

/* encode(string): its UTF-8 as an ArrayBuffer. */
js_value native_encode(const js_value *arguments)
{
    struct text text = text_of(arguments[0]);

    if (text.at == 0)
        return JS_ThrowOutOfMemory(context);
    /* The engine writes a lone surrogate as if it were a character: ED, then A0 or more. */
    u8 *at = linear(text.at);
    for (u32 i = 0; i < text.len; i++)
        if (at[i] == 0xed && at[i + 1] >= 0xa0)
            memcpy(at + i, replacement, sizeof replacement);
    js_value value = JS_NewArrayBufferCopy(context, text.at, text.len);
    text_free(text);
    return value;
}

/*
 * How many bytes the sequence at `at` has that UTF-8 allows (Unicode standard, table 3-7); 0 when it allows none. Then `wrong` is how
 * many bytes one U+FFFD stands for: as far as a sequence could have gone on.
 */
static u32 sequence(const u8 *at, u32 left, u32 *wrong)
{
    u8 first = at[0], low = 0x80, high = 0xbf;
    u32 len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

    *wrong = 1;
    if (len == 0)
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
        if (i >= left || at[i] < low || at[i] > high) {
            *wrong = i;
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    return len;
}

/* How many bytes from the start are UTF-8. */
static u32 valid_len(const u8 *at, u32 len)
{
    static const u64 above_ascii = UINT64_C(0x8080808080808080);
    u32 done = 0, wrong;
    u64 eight;

    while (done < len) {
        if (len - done >= sizeof eight) {
            memcpy(&eight, at + done, sizeof eight);
            if ((eight & above_ascii) == 0) {
                done += sizeof eight;
                continue;
            }
        }
        u32 step = sequence(at + done, len - done, &wrong);
        if (step == 0)
            break;
        done += step;
    }
    return done;
}

/* The string of bytes that are not UTF-8 throughout (Encoding standard, "UTF-8 decoder"). */
static js_value decode_broken(const u8 *from, u32 len)
{
    /* A byte may become three. */
    engine_ptr copy = len < UINT32_MAX / 3 ? wasm_malloc(3 * len) : 0;
    u32 used = 0, wrong;

    if (copy == 0)
        return JS_ThrowOutOfMemory(context);
    u8 *to = linear(copy);
    while (len > 0) {
        u32 step = sequence(from, len, &wrong);
        memcpy(to + used, step > 0 ? from : replacement, step > 0 ? step : sizeof replacement);
        used += step > 0 ? step : sizeof replacement;
        if (step == 0)
            step = wrong;
        from += step;
        len -= step;
    }
    js_value value = JS_NewStringLen(context, copy, used);
    wasm_free(copy);
    return value;
}

js_value text_decode(engine_ptr at, u32 len)
{
    return valid_len(linear(at), len) == len ? JS_NewStringLen(context, at, len) : decode_broken(linear(at), len);
}

/* decode(buffer, offset, length): the string that UTF-8 means. */
js_value native_decode(const js_value *arguments)
{
    struct piece piece = piece_of(arguments);

    return piece.at == 0 ? JS_EXCEPTION : text_decode(piece.at, piece.len);
}

/* isUtf8(buffer, offset, length) */
js_value native_is_utf8(const js_value *arguments)
{
    struct piece piece = piece_of(arguments);

    return piece.at == 0 ? JS_EXCEPTION : value_of_bool(valid_len(linear(piece.at), piece.len) == piece.len);
}
