/* echo.c: sends every request back: its line and headers as headers, its body piece by piece, however long it is. */
#include <mayfly.h>
#include <solo5.h>
#include <string.h>

#define NAME_MAX 256

/* Adds a request's header as x-echo-NAME. A header with a longer name, or one that does not fit any more, is left out. */
static void echo_header(const char *name, const char *value)
{
    static char echoed[NAME_MAX] = "x-echo-";
    size_t prefix = 7, len = strlen(name);

    if (prefix + len + 1 > sizeof echoed)
        return;
    memcpy(echoed + prefix, name, len + 1);
    mayfly_add_header(echoed, value);
}

static void echo_head(const struct mayfly_request *request)
{
    const char *type = mayfly_header(request, "content-type");
    const char *at = request->headers;

    mayfly_respond(200);
    mayfly_add_header("content-type", type != NULL ? type : "application/octet-stream");
    mayfly_add_header("x-method", request->method);
    mayfly_add_header("x-origin", request->origin);
    mayfly_add_header("x-target", request->target);
    for (uint32_t i = 0; i < request->header_count; i++) {
        const char *value = at + strlen(at) + 1;
        echo_header(at, value);
        at = value + strlen(value) + 1;
    }
}

int solo5_app_main(const struct solo5_start_info *info)
{
    static const char unsupported[] = "echo: the monitor does not offer the exchange\n";
    static struct mayfly_request request;
    (void)info;

    if (!mayfly_offered()) {
        solo5_console_write(unsupported, sizeof unsupported - 1);
        return SOLO5_EXIT_FAILURE;
    }
    for (;;) {
        mayfly_next(&request);
        echo_head(&request);
        while (request.more) {
            mayfly_write(request.body, request.piece_len);
            mayfly_read(&request);
        }
        mayfly_end(request.body, request.piece_len);
    }
}
