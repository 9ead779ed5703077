/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/repair-output.h"

#include "cli/message.h"
#include "cli/signals.h"

bool
repair_output_open(struct output *output, const char *path)
{
    if (output_open(output, path) != STATUS_OK) {
        message_error_of(NULL, &output->error);
        return false;
    }
    signals_set_output(output);
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
