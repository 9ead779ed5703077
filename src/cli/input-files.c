/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/input-files.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "aof/aof-log.h"
#include "base/xalloc.h"

/* A manifest while it is looked into. */
struct set {
    struct input input;
    struct aof_log log;
};

static void
set_close(struct set *set)
{
    aof_log_close(&set->log);
    input_close(&set->input);
    free(set);
}

/* NULL when the operand is no manifest that can be read. */
static struct set *
set_open(const struct operand *operand)
{
    struct error error = { .kind = ERROR_NONE };
    struct set *set = xcalloc(1, sizeof(*set));
    if (input_open(&set->input, operand->path, NULL, &error) != STATUS_OK) {
        free(set);
        return NULL;
    }
    if (operand->kind == INPUT_MANIFEST)
        set->input.kind = INPUT_MANIFEST;
    if (aof_log_open(&set->log, &set->input, operand->path, operand->name,
                     NULL, NULL, 0) == STATUS_OK &&
        set->log.is_set)
        return set;
    set_close(set);
    return NULL;
}

/* Of those that a server loads; what is not there will not be read. */
static uint64_t
size_of_files(const struct aof_log *log)
{
    const struct manifest *manifest = &log->manifest;
    uint64_t sum = 0;
    size_t *loaded =
        xreallocarray(NULL, manifest->count + 1, sizeof(*loaded));
    size_t count = manifest_loaded(manifest, loaded);
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        char *path = aof_log_path_of(log, &manifest->files[loaded[i]]);
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
            sum += (uint64_t)status.st_size;
        free(path);
    }
    free(loaded);
    return sum;
}

bool
input_files_size(const struct operand *operand, uint64_t *size)
{
    struct stat status;
    struct set *set =
        operand->kind == INPUT_MANIFEST ? set_open(operand) : NULL;
    if (set != NULL) {
        *size = size_of_files(&set->log);
        set_close(set);
        return true;
    }
    if (stat(operand->path, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    *size = (uint64_t)status.st_size;
    return true;
}

static bool
names_file(const struct aof_log *log, const struct stat *wanted)
{
    bool found = false;
    for (size_t i = 0; i < log->manifest.count && !found; i++) {
        struct stat status;
        char *path = aof_log_path_of(log, &log->manifest.files[i]);
        found = stat(path, &status) == 0 && status.st_dev == wanted->st_dev &&
                status.st_ino == wanted->st_ino;
        free(path);
    }
    return found;
}

/* Whether an operand is a manifest that names the file. */
static bool
has_part(const struct operand *operand, const struct stat *wanted)
{
    struct set *set = set_open(operand);
    bool found = set != NULL && names_file(&set->log, wanted);
    if (set != NULL)
        set_close(set);
    return found;
}

const struct operand *
input_files_find(const struct operands *operands, const char *path)
{
    struct stat wanted;
    const struct operand *operand = operands_find_file(operands, path);
    if (operand != NULL || stat(path, &wanted) != 0 ||
        !S_ISREG(wanted.st_mode))
        return operand;
    for (size_t i = 0; i < operands->count; i++)
        if (operands->items[i].is_regular &&
            strcmp(operands->items[i].path, "-") != 0 &&
            has_part(&operands->items[i], &wanted))
            return &operands->items[i];
    return NULL;
}
