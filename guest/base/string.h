/* string.h: the few memory and string functions of the base layer. A program may bring its own: these are weak. */
#ifndef STRING_H_INCLUDED
#define STRING_H_INCLUDED

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *string);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);

#endif
