/* exit-status.c: ends with the status on its command line: by returning, by "exit N", or by "abort". */
#include "../words.h"

int solo5_app_main(const struct solo5_start_info *info)
{
    const char *line = info->cmdline, *again = line;
    const char *word = next_word(&line);

    if (strcmp(word, "abort") == 0)
        solo5_abort();
    if (strcmp(word, "exit") == 0)
        solo5_exit((int)next_number(&line, 0));
    return (int)next_number(&again, 0);
}
