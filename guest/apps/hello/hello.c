/* hello.c: answers every request with a greeting: one exit for each. Without the exchange it greets on the console. */
#include <mayfly.h>
#include <solo5.h>
#include <string.h>

static size_t append(char *text, size_t at, size_t size, const char *more)
{
    while (*more != '\0' && at < size)
        text[at++] = *more++;
    return at;
}

int solo5_app_main(const struct solo5_start_info *info)
{
    static const char greeting[] = "Hello, world!\n";
    static struct mayfly_request request;
    static char text[1024]; /* a longer target is cut */
    (void)info;

    if (!mayfly_offered()) {
        solo5_console_write(greeting, sizeof greeting - 1);
        return SOLO5_EXIT_SUCCESS;
    }
    for (;;) {
        mayfly_next(&request);

        size_t len = append(text, 0, sizeof text - 1, greeting);
        len = append(text, len, sizeof text - 1, request.method);
        len = append(text, len, sizeof text - 1, " ");
        len = append(text, len, sizeof text - 1, request.target);
        text[len++] = '\n';

        mayfly_respond(200);
        mayfly_add_header("content-type", "text/plain; charset=utf-8");
        mayfly_end(text, len);
    }
}
