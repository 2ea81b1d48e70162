/* say.h: formatted lines on the console, one hypercall each. For the images in this folder. */
#ifndef SAY_H_INCLUDED
#define SAY_H_INCLUDED

#include <solo5.h>
#include <stdarg.h>

struct line {
    char text[256];
    size_t len;
};

static inline void line_add(struct line *line, char byte)
{
    if (line->len < sizeof line->text)
        line->text[line->len++] = byte;
}

static inline void line_add_number(struct line *line, uint64_t number, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do
        digits[count++] = "0123456789abcdef"[number % base];
    while ((number /= base) > 0);
    while (count > 0)
        line_add(line, digits[--count]);
}

/* %s is a string, %u a uint64_t in decimal, %x one in hexadecimal. A longer line is cut at 256 bytes. */
static void __attribute__((unused)) say(const char *format, ...)
{
    struct line line;
    va_list values;

    line.len = 0;
    va_start(values, format);
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            line_add(&line, *format);
        } else if (*++format == 's') {
            for (const char *text = va_arg(values, const char *); *text != '\0'; text++)
                line_add(&line, *text);
        } else {
            line_add_number(&line, va_arg(values, uint64_t), *format == 'x' ? 16 : 10);
        }
    }
    va_end(values);
    solo5_console_write(line.text, line.len);
}

#endif
