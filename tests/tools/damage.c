/* SPDX-License-Identifier: BSD-3-Clause
 *
 * damage FILE...: gives a fuzz target each file as it is, cut at every byte,
 * and with bits of every byte flipped (all eight over the run of a few bytes;
 * all eight of each byte in files of at most ALL_BITS bytes).  Whatever kills
 * the target, or takes it more than SECONDS, is named before the end.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALL_BITS = 400, SECONDS = 2, FILE_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Sanitizers die in their own way; NULL without one. */
void __sanitizer_set_death_callback(void (*callback)(void))
    __attribute__((weak));

static char doing[4096];

static void
tell(void)
{
    if (write(STDERR_FILENO, doing, strlen(doing)) < 0)
        return;
}

static void
tell_and_die(int number)
{
    tell();
    signal(number, SIG_DFL);
    raise(number);
}

static void
feed(const char *path, const char *what, size_t at, const uint8_t *data,
     size_t size)
{
    uint8_t *copy = malloc(size + (size == 0));

    if (copy == NULL)
        exit(2);
    if (size > 0)
        memcpy(copy, data, size);
    snprintf(doing, sizeof(doing), "damage: %s: %s %zu\n", path, what, at);
    alarm(SECONDS);
    (void)LLVMFuzzerTestOneInput(copy, size);
    alarm(0);
    free(copy);
}

static void
damage(const char *path, uint8_t *data, size_t size)
{
    feed(path, "whole", 0, data, size);
    for (size_t n = 0; n < size; n++)
        feed(path, "cut at", n, data, n);
    for (size_t n = 0; n < size * 8; n++) {
        size_t at = n / 8;
        uint8_t bit = (uint8_t)(1 << n % 8);

        if (size > ALL_BITS && n % 8 != at % 8)
            continue;
        data[at] ^= bit;
        feed(path, "flipped bit", n, data, size);
        data[at] ^= bit;
    }
}

int
main(int argc, char **argv)
{
    static uint8_t data[FILE_MAX];

    signal(SIGABRT, tell_and_die);
    signal(SIGALRM, tell_and_die);
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(tell);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");

        if (file == NULL) {
            perror(argv[i]);
            return 2;
        }
        size_t size = fread(data, 1, sizeof(data), file);
        fclose(file);
        damage(argv[i], data, size);
    }
    return 0;
}
