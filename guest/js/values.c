/* values.c: JavaScript values from bytes and back. */
#include "runtime.h"

#define TAG_BOOL ((js_value)1 << 32)

js_value value_of_bool(bool truth)
{
    return TAG_BOOL | truth;
}

js_value value_of_int(int32_t number)
{
    return (u32)number;
}

js_value value_of_latin1(const char *text, size_t len)
{
    /* A character above U+007F takes two bytes of UTF-8. */
    engine_ptr copy = wasm_malloc((u32)(2 * len + 1));
    if (copy == 0)
        return JS_ThrowOutOfMemory(context);
    u8 *at = linear(copy);
    for (size_t i = 0; i < len; i++) {
        u8 byte = (u8)text[i];
        if (byte < 0x80) {
            *at++ = byte;
        } else {
            *at++ = 0xc0 | byte >> 6;
            *at++ = 0x80 | (byte & 0x3f);
        }
    }
    js_value value = JS_NewStringLen(context, copy, (u32)(at - (u8 *)linear(copy)));
    wasm_free(copy);
    return value;
}

/* Bytes copied into the engine's memory; 0 when there is no room. */
static engine_ptr copy_in(const void *bytes, size_t len)
{
    engine_ptr copy = wasm_malloc((u32)len + 1);

    if (copy != 0)
        memcpy(linear(copy), bytes, len);
    return copy;
}

js_value value_of_utf8(const void *bytes, size_t len)
{
    engine_ptr copy = copy_in(bytes, len);

    if (copy == 0)
        return JS_ThrowOutOfMemory(context);
    js_value value = JS_NewStringLen(context, copy, (u32)len);
    wasm_free(copy);
    return value;
}

js_value value_of_bytes(const void *bytes, size_t len)
{
    engine_ptr copy = copy_in(bytes, len);

    if (copy == 0)
        return JS_ThrowOutOfMemory(context);
    js_value value = JS_NewArrayBufferCopy(context, copy, (u32)len);
    wasm_free(copy);
    return value;
}

engine_ptr name_in(const char *name)
{
    size_t size = strlen(name) + 1;
    engine_ptr at = wasm_malloc((u32)size);

    if (at == 0)
        give_up("no memory to start in\n");
    memcpy(linear(at), name, size);
    return at;
}

void set_property(js_value object, const char *name, js_value value)
{
    engine_ptr at = name_in(name);

    if ((s32)JS_SetPropertyStr(context, object, at, value) < 0)
        give_up("no memory to start in\n");
    wasm_free(at);
}

js_value get_property(js_value object, const char *name)
{
    engine_ptr at = name_in(name);
    js_value value = JS_GetPropertyStr(context, object, at);

    wasm_free(at);
    return value;
}

/* Where the engine puts a result that is not its return value. */
static engine_ptr result_place(void)
{
    static engine_ptr place;

    if (place == 0)
        place = wasm_malloc(8);
    return place;
}

u32 length_of(js_value array)
{
    engine_ptr place = result_place();
    int64_t length = 0;

    if ((s32)JS_GetLength(context, array, place) >= 0)
        memcpy(&length, linear(place), sizeof length);
    return (u32)length;
}

int32_t int_of(js_value value)
{
    engine_ptr place = result_place();
    int32_t number = 0;

    if ((s32)JS_ToInt32(context, place, value) >= 0)
        memcpy(&number, linear(place), sizeof number);
    return number;
}

double double_of(js_value value)
{
    engine_ptr place = result_place();
    double number = 0;

    if ((s32)JS_ToFloat64(context, place, value) >= 0)
        memcpy(&number, linear(place), sizeof number);
    return number;
}

bool is_true(js_value value)
{
    return value == value_of_bool(true);
}

struct piece piece_of(const js_value *arguments)
{
    engine_ptr bytes = JS_GetArrayBuffer(context, result_place(), arguments[0]);

    if (bytes == 0)
        return (struct piece){ 0 };
    return (struct piece){ .at = bytes + (u32)int_of(arguments[1]), .len = (u32)int_of(arguments[2]) };
}

struct text text_of(js_value value)
{
    engine_ptr place = result_place();
    struct text text = { .at = JS_ToCStringLen2(context, place, value, 0) };

    if (text.at == 0)
        JS_FreeValue(context, JS_GetException(context));
    else
        memcpy(&text.len, linear(place), sizeof text.len);
    return text;
}

void text_free(struct text text)
{
    if (text.at != 0)
        JS_FreeCString(context, text.at);
}

bool text_to_latin1(struct text *text)
{
    u8 *from = linear(text->at), *to = from;
    const u8 *end = from + text->len;

    while (from < end) {
        if (*from < 0x80) {
            *to++ = *from++;
        } else if (*from <= 0xc3) {
            *to++ = (u8)(from[0] << 6 | (from[1] & 0x3f));
            from += 2;
        } else {
            return false;
        }
    }
    *to = '\0';
    text->len = (u32)(to - (u8 *)linear(text->at));
    return true;
}
