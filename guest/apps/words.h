/* words.h: takes a command line apart. For the images in this folder. */
#ifndef WORDS_H_INCLUDED
#define WORDS_H_INCLUDED

#include <solo5.h>
#include <string.h>

/* Words are parted by spaces, or by slashes when they come from a request's target. */
static inline bool parts_words(char byte)
{
    return byte == ' ' || byte == '/';
}

/* The next word of the line, in a buffer that the next call uses again; empty at the end. A word is cut at 63 bytes. */
static inline const char *next_word(const char **line)
{
    static char word[64];
    size_t len = 0;

    while (parts_words(**line))
        ++*line;
    for (; **line != '\0' && !parts_words(**line); ++*line)
        if (len < sizeof word - 1)
            word[len++] = **line;
    word[len] = '\0';
    return word;
}

/* The next word as a number, decimal or 0x…; `otherwise` when there is none. */
static inline uint64_t next_number(const char **line, uint64_t otherwise)
{
    const char *word = next_word(line);
    uint64_t number = 0, base = 10;

    if (*word == '\0')
        return otherwise;
    if (strncmp(word, "0x", 2) == 0) {
        base = 16;
        word += 2;
    }
    for (; *word != '\0'; word++)
        number = number * base + (uint64_t)(*word <= '9' ? *word - '0' : (*word | 0x20) - 'a' + 10);
    return number;
}

#endif
