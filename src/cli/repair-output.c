/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/repair-output.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/signals.h"

/* What some could not read in the input they cannot in what is made of it. */
static void
take_mode(int fd, int like)
{
    struct stat own;
    struct stat others;
    if (fstat(fd, &own) == 0 && fstat(like, &others) == 0)
        (void)fchmod(fd, own.st_mode & (others.st_mode | S_IRWXU) & 0777);
}

bool
repair_output_open(struct output *output, const char *path, int like)
{
    bool is_new = path != NULL && like >= 0 && access(path, F_OK) != 0;
    if (output_open(output, path) != STATUS_OK) {
        message_error_of(NULL, &output->error);
        return false;
    }
    signals_set_output(output);
    if (is_new)
        take_mode(output->fd, like);
    return true;
}

bool
repair_output_close(struct output *output, bool keep)
{
    enum status status = output_close(output, keep);
    signals_set_output(NULL);
    if (status != STATUS_OK)
        message_error_of(NULL, &output->error);
    return keep && status == STATUS_OK;
}

void
repair_output_put(void *context, struct bytes bytes)
{
    struct output *output = context;
    buffer_append(&output->buffer, bytes.data, bytes.size);
    output_flush_if_full(output);
}
