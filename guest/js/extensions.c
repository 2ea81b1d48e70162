/* extensions.c: starts the engine's compiled extensions (src/build/function/extension.ts names them). */
#include "runtime.h"

void extensions_start(void)
{
    typedef u32 extension_init(u32 context, u32 runtime);
    static extension_init *const all[] = { qjs_ext_url_init, qjs_ext_crypto_init };
    const u32 runtime = qjs_get_runtime_ptr();

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i](context, runtime) != 0)
            give_up("an extension of the JavaScript engine did not start\n");
}
