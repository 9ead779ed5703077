/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stands in for libFuzzer where only known inputs are to be replayed: feeds
 * every file named, and every file in a folder named, to the target.  Status
 * 2 when one cannot be read, 1 when there was none at all.
 */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long replayed;

/* The bytes live in a block of exactly their size, so that a sanitizer sees
 * every step beyond it. */
static bool
replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    uint8_t *data = malloc(size > 0 ? size : 1);
    bool good = data != NULL && fread(data, 1, size, file) == size;
    (void)fclose(file);
    if (good) {
        (void)LLVMFuzzerTestOneInput(data, size);
        replayed++;
    }
    free(data);
    return good;
}

static bool replay(const char *path);

static bool
replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    bool good = true;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inner[PATH_MAX];
        if (entry->d_name[0] == '.')
            continue;
        int length = snprintf(inner, sizeof(inner), "%s/%s", path,
                              entry->d_name);
        good &= length > 0 && length < (int)sizeof(inner) && replay(inner);
    }
    (void)closedir(folder);
    return good;
}

static bool
replay(const char *path)
{
    struct stat about;
    bool good = false;
    if (stat(path, &about) == 0)
        good = S_ISDIR(about.st_mode)
                   ? replay_folder(path)
                   : replay_file(path, (size_t)about.st_size);
    if (!good)
        fprintf(stderr, "%s: cannot be replayed\n", path);
    return good;
}

int
main(int count, char **paths)
{
    bool good = true;
    for (int i = 1; i < count; i++)
        good &= replay(paths[i]);
    printf("%lu inputs\n", replayed);
    if (!good)
        return 2;
    return replayed > 0 ? 0 : 1;
}
