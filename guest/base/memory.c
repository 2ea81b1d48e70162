/* memory.c: the functions of string.h, which the compiler also calls by itself. Weak: a program's own take precedence. */
#include "string.h"

#define WEAK __attribute__((weak))

WEAK void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    void *at = to;

    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(len) : : "memory");
    return to;
}

WEAK void *memmove(void *to, const void *from, size_t len)
{
    char *last = (char *)to + len;
    const char *from_last = (const char *)from + len;

    if ((size_t)((char *)to - (const char *)from) >= len)
        return memcpy(to, from, len);
    /* The destination begins inside the source: from the end, in words, then the odd bytes at the front. */
    for (; len >= sizeof(unsigned long); len -= sizeof(unsigned long)) {
        unsigned long word;
        last -= sizeof word;
        from_last -= sizeof word;
        __builtin_memcpy(&word, from_last, sizeof word);
        __builtin_memcpy(last, &word, sizeof word);
    }
    while (len-- > 0)
        *--last = *--from_last;
    return to;
}

WEAK void *memset(void *to, int byte, size_t len)
{
    void *at = to;

    __asm__ volatile("rep stosb" : "+D"(at), "+c"(len) : "a"(byte) : "memory");
    return to;
}

WEAK int memcmp(const void *a, const void *b, size_t len)
{
    const unsigned char *x = a, *y = b;

    for (; len > 0; x++, y++, len--)
        if (*x != *y)
            return *x - *y;
    return 0;
}

WEAK size_t strlen(const char *string)
{
    const char *end = string;

    while (*end != '\0')
        end++;
    return (size_t)(end - string);
}

WEAK int strncmp(const char *a, const char *b, size_t len)
{
    for (; len > 0; a++, b++, len--)
        if (*a != *b || *a == '\0')
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

WEAK int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t)-1);
}
