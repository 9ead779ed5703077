/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/input-files.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "aof/aof-log.h"
#include "base/xalloc.h"

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
    struct error error = { .kind = ERROR_NONE };
    struct input *input = xcalloc(1, sizeof(*input));
    bool found = false;
    if (input_open(input, operand->path, NULL, &error) == STATUS_OK) {
        struct aof_log log;
        if (operand->kind == INPUT_MANIFEST)
            input->kind = INPUT_MANIFEST;
        if (input->kind == INPUT_MANIFEST) {
            found = aof_log_open(&log, input, operand->path, operand->name,
                                 NULL, NULL, 0) == STATUS_OK &&
                    names_file(&log, wanted);
            aof_log_close(&log);
        }
        input_close(input);
    }
    free(input);
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
