/* parts.c: the prelude's bytecode in several modules: the first is evaluated at the start, each other when somebody first uses it. */
#include "runtime.h"

/* src/build/function/prelude.ts writes it. The modules follow, each padded to a multiple of 4. */
struct archive {
    u32 count;
    u32 lengths[];
};

static const struct archive *archive;

void parts_find(engine_ptr at)
{
    archive = linear(at);
}

struct bytecode parts_code(u32 index)
{
    const u8 *code = (const u8 *)&archive->lengths[archive->count];

    for (u32 i = 0; i < index; i++)
        code += (archive->lengths[i] + 3) & ~UINT32_C(3);
    return (struct bytecode){ (engine_ptr)((uintptr_t)code - LINEAR_BASE), archive->lengths[index] };
}

js_value parts_load(u32 index)
{
    struct bytecode code = parts_code(index);
    u32 result = qjs_eval_bytecode(code.at, code.len);

    if (qjs_is_exception(result))
        return JS_EXCEPTION;
    /* A module that threw has delivered nothing: the prelude notices. */
    qjs_free_value(result);
    return JS_UNDEFINED;
}
